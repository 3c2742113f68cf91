"""What a post said before each of its edits, as differences between whole lines.

Texts are written by strangers to be hard to compare as well as by members: what is alike at both ends is taken off
first, what is left is compared only up to so many lines, and each comparison is made once and kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from django.core.cache import cache

from community.kernel.api import pages_of
from community.members.api import MemberCard, cards
from forums.models import Post, PostRevision

STEPS_A_PAGE = 10
MOST_LINES = 400  # compared, and shown; more are only counted
AROUND = 2  # lines shown before and after a change
KEPT_SECONDS = 86_400

Line = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One edit: who made it and when, and the lines it took out and put in; none where the old text was removed."""

    revision: PostRevision
    by: MemberCard | None
    at: datetime
    lines: list[Line]
    removed: bool


def steps(post: Post, page: int) -> tuple[list[Step], int, int]:
    """The edits of a page, the latest first; which page that is, and how many there are."""
    revisions = PostRevision.objects.filter(post=post)
    pages = pages_of(revisions.count(), STEPS_A_PAGE)
    page = min(max(page, 1), pages)
    found = list(revisions[(page - 1) * STEPS_A_PAGE : page * STEPS_A_PAGE])
    people = cards([revision.replaced_by_id for revision in found], cars=False)
    after = _newer(post, found[0]) if page > 1 and found else (f"now.{_moment(post)}", post.source)
    shown = []
    for revision in found:
        lines: list[Line] = []
        if not revision.removed_at:
            lines = _kept(revision, *after)
            after = str(revision.pk), revision.source
        by = people.get(revision.replaced_by_id or 0)
        shown.append(Step(revision, by, revision.replaced_at, lines, revision.removed_at is not None))
    return shown, page, pages


def _newer(post: Post, revision: PostRevision) -> tuple[str, str]:
    """What stood after a version and is still there: a later version, or what the post says now."""
    later = PostRevision.objects.filter(post=post, pk__gt=revision.pk, removed_at=None).order_by("pk").first()
    return (str(later.pk), later.source) if later else (f"now.{_moment(post)}", post.source)


def _moment(post: Post) -> str:
    return str(post.edited_at.timestamp()) if post.edited_at else ""


def _kept(before: PostRevision, name: str, after: str) -> list[Line]:
    # Erasures rewrite both texts in place: what is kept is of these very words.
    words = hashlib.blake2b(f"{before.source}\0{after}".encode(), digest_size=16).hexdigest()
    key = f"post-history:{before.pk}:{name}:{words}"
    lines: list[Line] | None = cache.get(key)
    if lines is None:
        lines = differences(before.source, after)
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
