"""Work of many transactions, one right after the other, that lets others write in between.

SQLite has one writer and no queue: whoever waits looks again every tenth of a second at the latest, and finds the
moment between two transactions hardly ever. Then an act of a member waits in vain until its time is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic, sleep
from typing import TypeVar

from django.db import connection

PartT = TypeVar("PartT")

LONG_SECONDS = 0.2
TURN_SECONDS = 0.11  # longer than between two looks of whoever waits


def giving_way(parts: Iterable[PartT]) -> Iterator[PartT]:
    """The parts of some work, each to be written in a transaction of its own; others get a turn every now and then.

    PostgreSQL has many writers, and nobody is waited for.
    """
    since = monotonic()
    for part in parts:
        if monotonic() - since > LONG_SECONDS and _is_in_the_way():
            sleep(TURN_SECONDS)
            since = monotonic()
        yield part


def _is_in_the_way() -> bool:
    """Whether others can write only while this process rests. Inside of a transaction a rest would help nobody."""
    return connection.vendor == "sqlite" and not connection.in_atomic_block
