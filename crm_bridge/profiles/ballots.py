"""Votes whose results are not there yet: what they teach is their voter's alone until then.

An interest of a subject that only one idea has would otherwise tell the brand how many chose that idea while counts are
hidden. The dates of a contest are fixed from the first vote on, so it is known when a profile may tell more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from community.kernel.api import contributions
from crm_bridge.profiles.weights import Control, SignalValue

VOTE = "vote"


def secret_votes(signals: Iterable[Sequence[SignalValue]], *, now: datetime) -> dict[str, datetime | None]:
    """Of the ideas these signals of many members are votes for, those without results, with when they come."""
    voted_for = {int(one.source_id) for found in signals for one in found if one.source == VOTE}
    due = contributions("votes.results_due", voted_for, now) if voted_for else ()
    return {str(idea_id): at for found in due for idea_id, at in found.items()}


class Known(NamedTuple):
    """What interests follow from: signals, and what the member said of the interests, by keyword."""

    signals: list[SignalValue]
    controls: dict[str, Control]


def without_secret(known: Known, secret: Mapping[str, datetime | None]) -> tuple[Known, list[datetime]] | None:
    """What the brand's people may have of it, and when it will be more; None where nothing is secret.

    A weight that the member set where only a secret vote told of an interest would tell of the vote.
    """
    hidden = [one for one in known.signals if one.source == VOTE and one.source_id in secret]
    if not hidden:
        return None
    signals = [one for one in known.signals if one.source != VOTE or one.source_id not in secret]
    of_votes_alone = {one.keyword for one in hidden} - {one.keyword for one in signals}
    controls = {
        code: replace(control, weight=None) if code in of_votes_alone and not control.added_at else control
        for code, control in known.controls.items()
    }
    return Known(signals, controls), [at for at in {secret[one.source_id] for one in hidden} if at]
