"""Votes whose results are not there yet: what they teach is their voter's alone until then.

An interest of a subject that only one idea has would otherwise tell the brand how many chose that idea while counts are
hidden. The dates of a contest are fixed from the first vote on, so it is known when a profile may tell more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from community.kernel.api import contributions
from crm_bridge.profiles.weights import SignalValue

VOTE = "vote"


def secret_votes(signals: Iterable[Sequence[SignalValue]], *, now: datetime) -> dict[str, datetime | None]:
    """Of the ideas these signals of many members are votes for, those without results, with when they come."""
    voted_for = {int(one.source_id) for found in signals for one in found if one.source == VOTE}
    due = contributions("votes.results_due", voted_for, now) if voted_for else ()
    return {str(idea_id): at for found in due for idea_id, at in found.items()}


def without_secret(
    signals: Sequence[SignalValue], secret: Mapping[str, datetime | None]
) -> tuple[list[SignalValue], list[datetime]]:
    """The signals the brand's people may have, and when there will be more of them."""
    if not secret:
        return list(signals), []
    told = [one for one in signals if one.source != VOTE or one.source_id not in secret]
    due = {secret[one.source_id] for one in signals if one.source == VOTE and one.source_id in secret}
    return told, [at for at in due if at]
