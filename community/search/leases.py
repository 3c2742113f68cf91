"""Who writes to an index now, and with which version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from community.kernel.api import now
from community.search.models import IndexState

LEASE = timedelta(seconds=10)
REBUILD_LEASE = timedelta(minutes=10)
CLOCKS_APART = timedelta(minutes=1)  # at most: others may take a lease for over so much sooner than whoever has it


class RebuildLost(Exception):
    """A rebuild stood still so long that what is written is no longer kept for its index.

    It is no RuntimeError: that would be a failure of the engine.
    """


@dataclass
class Lease:
    """The right to write to an index for some seconds, and the version to write."""

    name: str
    until: datetime
    version: int

    def renew(self) -> bool:
        """Have it for some seconds more; False where somebody else took it meanwhile."""
        until = now() + LEASE
        held = IndexState.objects.filter(name=self.name, leased_until=self.until).update(leased_until=until)
        self.until = until if held else self.until
        return bool(held)


@dataclass
class Rebuild:
    """The right to build an index anew, and the version to write. What is written meanwhile is kept for it."""

    name: str
    until: datetime
    version: int

    def renew(self) -> None:
        """Have it for some minutes more. Raises RebuildLost where it is over, whether or not somebody else has it."""
        at = now()
        ours = IndexState.objects.filter(name=self.name, rebuilding_until=self.until)
        if not ours.filter(rebuilding_until__gt=at + CLOCKS_APART).update(rebuilding_until=at + REBUILD_LEASE):
            raise RebuildLost(self.name)
        self.until = at + REBUILD_LEASE


@contextmanager
def leased(name: str) -> Iterator[Lease | None]:
    """The lease of an index; None while another has it."""
    at = now()
    until = at + LEASE
    free = IndexState.objects.filter(Q(leased_until=None) | Q(leased_until__lt=at), name=name)
    if not free.update(leased_until=until, version=next_version(at)):
        IndexState.objects.bulk_create([IndexState(name=name)], ignore_conflicts=True)
        if not free.update(leased_until=until, version=next_version(at)):
            yield None
            return
    held = Lease(name, until, IndexState.objects.values_list("version", flat=True).get(name=name))
    try:
        yield held
    finally:
        IndexState.objects.filter(name=name, leased_until=held.until).update(leased_until=None)


def next_version(at: datetime) -> Greatest:
    """Above every version given so far, and above those a database restored from a backup no longer knows of."""
    return Greatest(F("version") + 1, Value(int(at.timestamp() * 1000)))
