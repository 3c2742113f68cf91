"""What a post said before each of its edits, as differences between whole lines.

Texts are written by strangers to be hard to compare as well as by members: what is alike at both ends is taken off
first, what is left is compared only up to so many lines, and each comparison is made once and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Subquery

from community.kernel.api import pages_of, version_of
from community.members.api import MemberCard, cards
from forums.models import Post, PostRevision

STEPS_A_PAGE = 10
MOST_LINES = 400  # compared, and shown; more are only counted
AROUND = 2  # lines shown before and after a change
KEPT_SECONDS = 86_400

Line = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One edit: who made it and when, and what it took out and put in; nothing where the old text was removed.

    ``title`` and ``tags`` have lines where it changed the topic's, ``lines`` has none where it changed nothing else.
    """

    revision: PostRevision
    by: MemberCard | None
    at: datetime
    title: list[Line]
    tags: list[Line]
    lines: list[Line]
    removed: bool


def steps(post: Post, page: int) -> tuple[list[Step], int, int]:
    """The edits of a page, the latest first; which page that is, and how many there are."""
    revisions = PostRevision.objects.filter(post=post)
    pages = pages_of(revisions.count(), STEPS_A_PAGE)
    page = min(max(page, 1), pages)
    found = list(revisions[(page - 1) * STEPS_A_PAGE : page * STEPS_A_PAGE])
    people = cards([revision.replaced_by_id for revision in found], cars=False)
    after = _newer(post, found[0]) if page > 1 and found else _present(post)
    shown = []
    for revision in found:
        title: list[Line] = []
        tags: list[Line] = []
        lines: list[Line] = []
        if not revision.removed_at:
            before = Said(revision.title or None, _line(revision.tags), revision.source)
            title, tags = _replaced(before.title, after.title), _replaced(before.tags, after.tags)
            changed_else = before.source != after.source or not (title or tags)
            lines = _kept(before.source, after.source) if changed_else else []
            after = Said(before.title or after.title, after.tags if before.tags is None else before.tags, before.source)
        by = people.get(revision.replaced_by_id or 0)
        shown.append(Step(revision, by, revision.replaced_at, title, tags, lines, revision.removed_at is not None))
    return shown, page, pages


class Said(NamedTuple):
    """What a post said at a time; title and tags as they are known."""

    title: str | None
    tags: str | None
    source: str


def _present(post: Post) -> Said:
    return Said(post.topic.title, _line(post.topic.tags), post.source)


def _newer(post: Post, revision: PostRevision) -> Said:
    """What stood after a version and is still there: a later version, or what the post says now."""
    later = PostRevision.objects.filter(post=post, pk__gt=revision.pk, removed_at=None).order_by("pk")
    # A version without title or tags had those of the next one that has some.
    titled, tagged = later.exclude(title="").values("title")[:1], later.filter(tags__isnull=False).values("tags")[:1]
    known: Any = later.annotate(titled=Subquery(titled), tagged=Subquery(tagged)).first()
    now = _present(post)
    if known is None:
        return now
    tags = now.tags if known.tagged is None else _line(known.tagged)
    return Said(known.titled or now.title, tags, known.source)


def _line(tags: list[str] | None) -> str | None:
    return None if tags is None else ", ".join(tags)


def _replaced(before: str | None, after: str | None) -> list[Line]:
    """What was replaced, where it is known, and what was put in its place."""
    if before is None or after is None or before == after:
        return []
    return [(kind, line) for kind, line in (("del", before), ("ins", after)) if line]


def _kept(before: str, after: str) -> list[Line]:
    """Found by what stands there: an erasure takes a name out of old texts, which are compared anew then."""
    key = f"post-history:{version_of(before, after)}"
    lines: list[Line] | None = cache.get(key)
    if lines is None:
        lines = differences(before, after)
        cache.set(key, lines, KEPT_SECONDS)
    return lines


def differences(before: str, after: str) -> list[Line]:
    """Lines with "del" where they were taken out, "ins" where they were put in, and what stands around these.

    "gap" stands for lines that did not change, "more" for further ones: it says how many.
    """
    lines = list(_compared(before.splitlines(), after.splitlines()))
    near = _near([bool(kind) for kind, _text in lines])
    shown: list[Line] = []
    for index, line in enumerate(lines):
        if near[index]:
            shown.append(line)
        elif not shown or shown[-1][0] != "gap":
            shown.append(("gap", ""))
    most = 2 * MOST_LINES
    return shown if len(shown) <= most else [*shown[:most], ("more", str(len(shown) - most))]


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    head, tail, least = 0, 0, min(len(before), len(after))
    while head < least and before[head] == after[head]:
        head += 1
    while tail < least - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    yield from (("", line) for line in before[:head])
    yield from _middle(before[head : len(before) - tail], after[head : len(after) - tail])
    yield from (("", line) for line in before[len(before) - tail :])


def _middle(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """The part that differs; as one piece where comparing it would take long."""
    if max(len(before), len(after)) > MOST_LINES:
        yield from (("del", line) for line in before)
        yield from (("ins", line) for line in after)
        return
    for tag, at, end, to, until in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            yield from (("", line) for line in before[at:end])
        else:
            yield from (("del", line) for line in before[at:end])
            yield from (("ins", line) for line in after[to:until])


def _near(changed: Sequence[bool]) -> list[bool]:
    """For each line whether a changed one is so close that it is shown."""
    near = list(changed)
    for index, is_changed in enumerate(changed):
        if is_changed:
            for place in range(max(0, index - AROUND), min(len(changed), index + AROUND + 1)):
                near[place] = True
    return near
