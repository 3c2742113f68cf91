"""Times in an audience: windows of days to count people in, and how many were members by each week."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

EVER = 100 * 365
WINDOWS = (EVER, 365, 90, 30, 7)  # days ago; a facet counts between two of them
WEEKS = 12
# One facet for both, the windows and the weeks: days ago.
JOINED = tuple(sorted({*WINDOWS, *range(7, 7 * WEEKS + 1, 7)}, reverse=True))


def windows_of(buckets: list[tuple[Any, int]]) -> list[tuple[list[tuple[str, int]], int]]:
    """A facet of times, the latest first: the windows of each bucket, as (sign, days) of a line, and its count."""
    found = []
    for (longest, shortest), (_cut, count) in zip(pairwise((*WINDOWS, 0)), buckets, strict=False):
        within = [("<", longest)] if longest != EVER else []
        found.append(([*within, (">", shortest)] if shortest else within, count))
    return found[::-1]


def in_windows(joined: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """The finer buckets of when people joined as buckets between two windows."""
    counts = dict(zip(JOINED, joined, strict=True))
    borders = (*WINDOWS, 0)
    return [
        (counts[longest][0], sum(count for days, (_cut, count) in counts.items() if longest >= days > shortest))
        for longest, shortest in pairwise(borders)
    ]


def growth(joined: list[tuple[Any, int]], total: int, *, now: datetime) -> list[tuple[datetime, int]]:
    """How many of ``total`` people had joined by the beginning of each week and by now."""
    later = [(days, count) for days, (_cut, count) in zip((*JOINED[1:], 0), joined, strict=True)]
    weeks = range(7 * WEEKS, -1, -7)
    # Whoever joined before the first bucket is in none of them.
    return [(now - timedelta(days=week), total - sum(count for days, count in later if days < week)) for week in weeks]
