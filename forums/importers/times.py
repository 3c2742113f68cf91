"""Times as other systems write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

OLDEST_YEAR = 1990
FORMATS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M",
)


def moment(text: str, *, now: datetime) -> datetime | None:
    """A time, UTC where no zone is given, never after ``now``. None where it is not understood or before 1990."""
    found = _parsed(text)
    if found is None or found.year < OLDEST_YEAR:
        return None
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now)


def _parsed(text: str) -> datetime | None:
    if re.fullmatch(r"[0-9]{10}([0-9]{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    for read in (datetime.fromisoformat, *(_by(form) for form in FORMATS)):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _by(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - moment() adds the zone
