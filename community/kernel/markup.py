"""Markdown as members write it, made safe once and stored."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from markdown_it import MarkdownIt

MAX_LENGTH = 40_000
FACT_TEXT = 20_000
_MENTION = re.compile(r"(?<![\w/@])@([\w-]{2,30})", re.UNICODE)
_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img", "cite"),
    *("h3", "h4", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}, "blockquote": {"class"}}
_QUOTE = re.compile(r"^> \[([^\]\n]{1,80})\]\(/posts/(\d{1,18})/\)\s*$", re.MULTILINE)


@cache
def _markdown() -> MarkdownIt:
    options = {"html": False, "linkify": False, "breaks": True, "maxNesting": 20}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


def render(source: str, *, mentions: Mapping[str, str]) -> str:
    """Safe HTML of a text. ``mentions``: the address of every name that stands for somebody here."""
    linked = _MENTION.sub(lambda found: _mention(found, mentions), source.replace("\0", ""))
    return nh3.clean(
        _lower_headings(_markdown().render(linked)),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel="nofollow ugc noopener",
        url_schemes={"http", "https", "mailto"},
        attribute_filter=_only_our_pictures,
    )


def _mention(found: re.Match[str], mentions: Mapping[str, str]) -> str:
    url = mentions.get(found[1])
    return f"[@{found[1]}]({url})" if url else found[0]


def _lower_headings(text: str) -> str:
    # The page's own headings come first: a member's largest heading is an h3.
    return re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{3 if int(found[2]) < 3 else 4}>", text)  # noqa: PLR2004


def _only_our_pictures(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        parts = urlsplit(value)
        return value if not parts.netloc and not parts.scheme and value.startswith(settings.MEDIA_URL) else None
    return value


def plain_text(rendered: str) -> str:
    """What HTML says, without markup, white space folded."""
    spaced = re.sub(r"<(/p|br|/li|/h\d|/tr|/blockquote)[^>]*>", " ", rendered)
    return " ".join(html.unescape(nh3.clean(spaced, tags=set())).split())


def mentioned(source: str) -> list[str]:
    """The names a text mentions, at most 20."""
    return list(dict.fromkeys(found[1] for found in _MENTION.finditer(source)))[:20]


def quoted_posts(source: str) -> list[int]:
    """The posts a text quotes, at most 20."""
    return list(dict.fromkeys(int(found[2]) for found in _QUOTE.finditer(source)))[:20]


def quote(name: str, post_id: int, text: str) -> str:
    """A quotation to begin a reply with."""
    lines = "\n".join(f"> {line}" for line in text[:400].splitlines() or [""])
    safe = re.sub(r"[\[\]\n]", " ", name)[:80]
    return f"> [{safe}](/posts/{post_id}/)\n>\n{lines}\n\n"


def language_of(text: str) -> str:
    """zh-hans where a fifth of the letters are Han, else en."""
    letters = [character for character in text[:2000] if character.isalpha()]
    han = sum("\u3400" <= character <= "\u9fff" for character in letters)
    return "zh-hans" if letters and han * 5 >= len(letters) else "en"
