"""What members write, as it is kept: rendered once, with whom it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from community.kernel import markup
from community.kernel.api import Invalid, one_line, visible
from community.kernel.plain import own_words, plain_text
from community.members.api import Member, members_named, seen, space_url
from forums.models import Post, Reference

MAX_TITLE = 200
MOST_TAGS, MAX_TAG = 3, 30
COMMAS = re.compile("[,、]")  # of NFKC
NO_PART_OF_TAGS = {ord("@"): None, 0x2800: " "}  # the second is a letter of Braille without a dot
NEW = timedelta(days=7)  # an account so young calls no more than a few people by a post
NEW_CALLS = 5


@dataclass(frozen=True)
class Text:
    """A text in its three forms, with whom it mentions and quotes."""

    source: str
    html: str
    plain: str
    mentioned_ids: tuple[int, ...]
    quoted_ids: tuple[int, ...]
    named_ids: frozenset[int]

    @property
    def told(self) -> str:
        """What facts tell of it: the author's own words, not those they quote, nor whose these are."""
        said = own_words(self.html) if "<blockquote" in self.html else self.plain
        return said[: markup.FACT_TEXT]


def prepare(source: str, *, imported: bool = False) -> Text:
    """Render a member's Markdown. Raises Invalid for an empty or endless text.

    It takes up to half a second for the worst of texts: not while a row is locked. What was imported is never refused
    for the page it makes; it is shown as it was written then.
    """
    source = source.replace("\r\n", "\n").replace("\0", "").strip()
    if not source:
        raise Invalid(_("Write something first."), field="source")
    if len(source) > markup.MAX_LENGTH:
        raise Invalid(_("The text is longer than 40,000 characters."), field="source")
    parsed = markup.read(source) if imported else markup.parse(source)
    named = members_named(parsed.named) if parsed.named else {}
    names = {name: named[name] for name in parsed.mentioned if name in named}
    there = Post.objects.filter(pk__in=parsed.cited, author__erased_at=None)
    authors = dict(there.values_list("pk", "author_id")) if parsed.cited else {}
    html = parsed.html(mentions={name: space_url(name) for name in names})
    quoted = dict.fromkeys(authors[post_id] for post_id in parsed.quoted if post_id in authors)
    everybody = frozenset((*named.values(), *authors.values()))
    return Text(source, html, plain_text(html), tuple(dict.fromkeys(names.values())), tuple(quoted), everybody)


def still_said(text: Text, *, imported: bool = False) -> Text:
    """The text as it is kept: anew where somebody it names was erased since it was prepared, who is nobody then.

    To be asked under the lock of the place. It asks nothing of a text without names.
    """
    gone = Member.objects.filter(pk__in=text.named_ids).exclude(erased_at=None)
    return prepare(text.source, imported=imported) if text.named_ids and gone.exists() else text


def rendered(source: str) -> str:
    """The HTML a text would have as a post. Raises Invalid as ``prepare`` does."""
    return prepare(source).html


def notified_ids(text: Text, author: Member, now: datetime) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Whom a text calls by mentioning and by quoting them; of somebody new no more than a few."""
    most = NEW_CALLS if now - author.joined_at < NEW else 2 * markup.MOST_NAMES
    mentioned = text.mentioned_ids[:most]
    return mentioned, text.quoted_ids[: most - len(mentioned)]


def note_names(post: Post, text: Text, title: str = "") -> None:
    """Remember whom a post names, so that the name is found when its bearer is erased. Old versions count too."""
    titled = markup.names_in(title)
    named = {*text.named_ids, *(members_named(titled).values() if titled else ())}
    if named:
        rows = [Reference(post=post, member_id=member_id) for member_id in sorted(named)]
        Reference.objects.bulk_create(rows, ignore_conflicts=True)


def clean_title(title: str) -> str:
    """A title in one line. Raises Invalid for a long one, and for one of which nothing is to be seen or pressed."""
    title = one_line(title)
    if not visible(title):
        raise Invalid(_("A topic needs a title."), field="title")
    if len(title) > MAX_TITLE:
        raise Invalid(_("The title is longer than 200 characters."), field="title")
    return title


def clean_tags(tags: Iterable[str], known: Collection[str] = ()) -> tuple[str, ...]:
    """Tags as they are kept, parted at commas too: without what is not seen, each once, in the case first typed.

    They lose their @: nothing looks for the names of erased members in tags. Raises Invalid for more than three and for
    a long one; those the topic is ``known`` to have, by an import perhaps, may stay.
    """
    kept, there = _tags_in(tags), _tags_in(known)
    new = {name: tag for name, tag in kept.items() if name not in there}
    if new and len(kept) > MOST_TAGS:
        raise Invalid(_("A topic has at most three tags."), field="tags")
    if any(len(tag) > MAX_TAG for tag in new.values()):
        raise Invalid(_("A tag is longer than 30 characters."), field="tags")
    return tuple(kept.values())


def _tags_in(tags: Iterable[str]) -> dict[str, str]:
    """Tags by how they are compared, in the case first typed."""
    kept: dict[str, str] = {}
    for part in COMMAS.split(unicodedata.normalize("NFKC", ",".join(tags))):
        tag = seen(" ".join(part.translate(NO_PART_OF_TAGS).split()))
        kept.setdefault(tag.casefold(), tag)
    kept.pop("", None)
    return kept
