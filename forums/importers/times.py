"""Times as other systems write them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

OLDEST_YEAR = 1990
# Seconds or milliseconds since 1970.
UNIX = re.compile(r"([0-9]{10})(?:[0-9]{3}|\.[0-9]+)?")
# A day, and a time of it where there is one: 2018/10/1 7:05, 2018.10.1, 2018年10月1日7时5分.
WRITTEN = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:(?:[T\s]+|(?<=日))([0-9]{1,2})[:时点](?:([0-9]{1,2})(?:[:分](?:([0-9]{1,2})(?:\.[0-9]+)?秒?)?)?)?)?"
)


def moment(text: str, *, now: datetime) -> datetime | None:
    """A time, UTC where no zone is given, never after ``now``. None where it is not understood or before 1990."""
    found = _parsed(text)
    if found is None or found.year < OLDEST_YEAR:
        return None
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now)


def _parsed(text: str) -> datetime | None:
    if since := UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(since[1]), UTC)
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    if written := WRITTEN.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in written.groups())
        with suppress(ValueError):
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return None
