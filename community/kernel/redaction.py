"""Names and pictures taken out of Markdown and plain text that members wrote."""

from __future__ import annotations

import re
from collections.abc import Collection

from community.kernel import markup
from community.kernel.plain import plain_text

# Possessive and bounded: an endless picture is none, and costs nothing.
_PICTURE = re.compile(r"!\[(?:\\.|[^\]]){0,500}+\]\(\s{0,9}+<?(?P<url>[^)\s>]{1,300}+)>?[^)]{0,300}+\)")


def quotation_heads(source: str, posts: Collection[int]) -> list[str]:
    """The names, as they are read, at the head of quotations of these posts."""
    heads = (match["name"] for match in markup.ANY_QUOTE.finditer(source) if int(match["post"]) in posts)
    return list(
        dict.fromkeys(read for read in (plain_text(markup.render(head, mentions={})) for head in heads) if read)
    )


def without_names(source: str, *, names: Collection[str], posts: Collection[int], word: str) -> str:
    """The source with a word instead of every @name of these and of the name over every quotation of these posts."""
    changed = _renamed(source, names=names, posts=posts, word=word)
    if set(markup.read(changed).named) & set(names):
        # Markdown has other ways to write the same: escaped or as entities.
        changed = _renamed(markup.as_meant(changed), names=names, posts=posts, word=word)
    return changed


def without_words(text: str, *, names: Collection[str], heads: Collection[str], word: str) -> str:
    """A plain text with a word instead of every @name of these and of every name that stood over a quotation."""
    text = markup.ANY_NAME.sub(lambda match: word if match["name"] in names else match[0], text)
    for head in heads:
        text = re.sub(rf"(?<!\w){re.escape(head)}(?!\w)", lambda _match: word, text)
    return text


def _renamed(source: str, *, names: Collection[str], posts: Collection[int], word: str) -> str:
    def head(match: re.Match[str]) -> str:
        return f"{match['before']}{word}{match['after']}" if int(match["post"]) in posts else match[0]

    return markup.ANY_NAME.sub(
        lambda match: word if match["name"] in names else match[0], markup.ANY_QUOTE.sub(head, source)
    )


def without_pictures(source: str, *, urls: Collection[str], word: str) -> str:
    """The source with a word instead of each of these pictures."""
    changed = _PICTURE.sub(lambda match: word if match["url"] in urls else match[0], source)
    for url in urls:
        changed = changed.replace(url, "")
    return changed
