"""The lifecycle stage of a member from the days they were active: pure, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FADING_AFTER_DAYS = 45
NEW_DAYS = 30
FEW_DAYS = 3
STABLE_DAYS = 8
WINDOW_DAYS = 90


@dataclass(frozen=True)
class StageValue:
    """A stage and the numbers it follows from: active days in the last 90, days since the last act."""

    stage: str
    reason: dict[str, int]


def day_of(at: datetime) -> date:
    """The day an act counts on: in UTC, whatever zone the site shows, so that a stage never depends on a setting."""
    return at.astimezone(UTC).date()


def stage_of(days: Iterable[date], *, joined_at: datetime, now: datetime) -> StageValue:
    """The stage of a member who was active on these days; the first rule that holds decides.

    - 退化期 fading: nothing for more than ``FADING_AFTER_DAYS`` by somebody who is here longer than ``NEW_DAYS``.
    - 考察期 consideration: fewer than ``FEW_DAYS`` active days ever.
    - 稳定期 stable: at least ``STABLE_DAYS`` active days within the last ``WINDOW_DAYS``.
    - 发展期 growth: everybody else.
    """
    today, joined = day_of(now), day_of(joined_at)
    active = sorted(set(days))
    recent = [day for day in active if day > today - timedelta(days=WINDOW_DAYS)]
    quiet = (today - (active[-1] if active else joined)).days
    reason = {"active_days": len(recent), "quiet_days": max(0, quiet), "member_days": (today - joined).days}
    if quiet > FADING_AFTER_DAYS and reason["member_days"] > NEW_DAYS:
        return StageValue("fading", reason)
    if len(active) < FEW_DAYS:
        return StageValue("consideration", reason)
    return StageValue("stable" if len(recent) >= STABLE_DAYS else "growth", reason)
