"""Work that is done at most once in a time, whichever process comes to it first.

A turn is a key in Django's cache: one for all processes where they share Redis, each process its own where they do not,
as while Redis is away. So the work has to bear being done twice.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache

HOUR = timedelta(hours=1)


def take_turn(work: str, *, every: timedelta = HOUR) -> bool:
    """Whether some work is to be done now; it is not for so long after it was. ``work`` names it, as "app:what"."""
    return cache.add(_key(work), value=True, timeout=every.total_seconds())


def return_turn(work: str) -> None:
    """Have it done the next time somebody asks: not all of it was."""
    cache.delete(_key(work))


def _key(work: str) -> str:
    return f"turn:{work}"
