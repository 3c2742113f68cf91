"""Whether a dump is of the site that was imported under its name: what both have by one number has one date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db.models import Max

from community.kernel.api import batched
from community.members.api import Member
from forums.importers.common import BATCH, taken_over
from forums.importers.dump import Row, rows
from forums.importers.values import DELETED, EPOCH, time_of
from forums.models import Imported, Post

SAMPLE = 200
NAME_IT = "Give it a name of its own: --source NAME, and --board SLUG for a board of its own."

Dates = Callable[[list[int]], Mapping[int, datetime]]


class AnotherDump(ValueError):
    """The dump is of another site than the one imported under this name; the message says so."""


def require_same_site(folder: Path, *, source: str, now: datetime) -> None:
    """Compare some users, then some posts, with those taken over. Raises AnotherDump where most differ."""
    for kind, dates in (("Users", _joined), ("Posts", _written)):
        if not Imported.objects.filter(source=source, kind=kind).exists():
            continue
        same = list(islice(_compared(folder, kind, dates, source=source, now=now), SAMPLE))
        differ = same.count(False)
        if 2 * differ > len(same):
            raise AnotherDump(
                f"{folder} is another dump than the one that was imported as {source}: of {len(same)} {kind.lower()} "
                f"with a number that is known, {differ} are of another time. Nothing was imported. {NAME_IT}"
            )


def last_noted(source: str) -> int:
    """The last thing that was taken over under this name so far; what comes after it came meanwhile."""
    last: int = Imported.objects.filter(source=source).aggregate(last=Max("pk", default=0))["last"]
    return last


class Meanwhile:
    """Whether another dump is imported under the same name at this moment: what it brought is compared as it comes.

    Of what was there before this import began nothing is said again. A dump that repeats a number by mistake is no
    other.
    """

    def __init__(self, *, source: str, since: int, now: datetime) -> None:
        self.source, self.since, self.now = source, since, now
        self.read = self.differ = 0

    def require_same(self, users: Mapping[str, Row], known: Iterable[str]) -> None:
        """Some users more, and which are known. Raises AnotherDump where most users so far are of another time."""
        later = Imported.objects.filter(source=self.source, kind="Users", pk__gt=self.since, external_id__in=known)
        came = dict(later.values_list("external_id", "local_id")) if known else {}
        stated = {external: _date(users[external], self.now) for external in came}
        self.read += len(users)
        self.differ += list(_agreeing(stated, came, _joined)).count(False)
        if 2 * self.differ > self.read:
            raise AnotherDump(
                f"Another dump is being imported as {self.source} at this moment: of {self.read} users, {self.differ} "
                f"have a number that it brought, and another time. What was read before is kept. {NAME_IT}"
            )


def _compared(folder: Path, kind: str, dates: Dates, *, source: str, now: datetime) -> Iterator[bool]:
    """Whether each thing that is known has the date it was taken over with, where both have one that tells."""
    seen: set[str] = set()
    for batch in batched(rows(folder, kind), BATCH):
        stated = {row["Id"]: _date(row, now) for row in reversed(batch) if row.get("Id") and row["Id"] not in seen}
        seen.update(stated)
        yield from _agreeing(stated, taken_over(source, kind, stated), dates)


def _agreeing(stated: Mapping[str, datetime | None], known: Mapping[str, int], dates: Dates) -> Iterator[bool]:
    here = dates(list(known.values())) if known else {}
    for external_id, local_id in known.items():
        at = stated[external_id]
        if at and here.get(local_id, EPOCH) != EPOCH:
            yield at == here[local_id]


def _date(row: Row, now: datetime) -> datetime | None:
    """When it was made; None for a date that is missing, or stands for one that cannot be."""
    at = time_of(row, now=now)
    return at if EPOCH != at < now else None


def _joined(ids: list[int]) -> Mapping[int, datetime]:
    """Of the erased only the year is kept, and those without a row are dated by what they wrote."""
    people = Member.objects.filter(pk__in=ids, erased_at=None).exclude(name=DELETED)
    return dict(people.values_list("pk", "joined_at"))


def _written(ids: list[int]) -> Mapping[int, datetime]:
    return dict(Post.objects.filter(pk__in=ids).values_list("pk", "written_at"))
