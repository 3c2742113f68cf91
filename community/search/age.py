"""How old an index is: the name of each ends with when it was made."""

from __future__ import annotations

import time

ABANDONED_SECONDS = 24 * 3600


def is_old(name: str) -> bool:
    """Whether it is older than a day: nobody fills it any more, nor reads it beside a later version."""
    return int(name.rpartition("-")[2]) < time.time_ns() - ABANDONED_SECONDS * 10**9
