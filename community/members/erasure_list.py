"""Erasures as a list that is kept outside of the database: whom a backup brings back is erased again by it.

A line is the number of a member and when they were erased; nothing of the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.dateparse import parse_datetime

from community.kernel.api import KEY_DIGITS, batched, first_published, giving_way, number_in
from community.members.erasure import erase_member
from community.members.models import Member

Progress = Callable[[int], object]

BATCH = 500


class UnreadableLine(ValueError):
    """A line of a list that is none; the message says which."""


@dataclass
class Repeated:
    """What repeating a list of erasures came to.

    How many members were erased again, how many were erased ``before`` already, how many are ``absent``; and which
    numbers belong to ``others`` by now, who are left alone.
    """

    erased: int = 0
    before: int = 0
    absent: int = 0
    others: list[int] = field(default_factory=list)


def erasures(since: datetime | None = None) -> Iterator[str]:
    """The lines of all who were erased, or of those since then; the oldest first."""
    erased = Member.objects.exclude(erased_at=None)
    erased = erased if since is None else erased.filter(erased_at__gte=since)
    for member_id, at in erased.order_by("erased_at", "pk").values_list("pk", "erased_at").iterator():
        yield f"{member_id} {at:%Y-%m-%dT%H:%M:%S.%f%z}"


def read_erasures(lines: Iterable[str]) -> dict[int, datetime]:
    """When the members of a list were erased, the last time. Raises UnreadableLine."""
    found: dict[int, datetime] = {}
    for position, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        number, _space, time = line.strip().partition(" ")
        member_id, at = number_in(number, KEY_DIGITS), _time(time)
        if member_id is None or at is None:
            raise UnreadableLine(f"line {position} is not a member's number and a time")
        found[member_id] = max(at, found.get(member_id, at))
    return found


def _time(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def repeat_erasures(
    listed: dict[int, datetime], *, now: datetime, progress: Progress = lambda _members: None
) -> Repeated:
    """Erase again who is here again. Whoever came here only after the erasure of the number they have is another.

    ``progress`` is told again and again how many more of the list are done.
    """
    done = Repeated()
    for ids in batched(sorted(listed), BATCH):
        here = {member.pk: member for member in Member.objects.filter(pk__in=ids)}
        done.absent += len(ids) - len(here)
        progress(len(ids) - len(here))
        came = {pk: member.joined_at for pk, member in here.items()} | first_published(here)
        for pk, member in giving_way(here.items()):
            if member.erased_at:
                done.before += 1
            elif came[pk] > listed[pk]:
                done.others.append(pk)
            else:
                erase_member(member=member, now=now)
                done.erased += 1
            progress(1)
    return done
