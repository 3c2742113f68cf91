"""What votes teach without opening the ballot.

Until the results are there it is the voter's alone: an interest of a subject that only one idea has would otherwise
tell the brand how many chose that idea while counts are hidden. From then on a vote counts as if everybody had cast it
as the results came, and for one mention of its subject: its own day, or a weight that tells its age, would tell which
idea it was for beside the public curve of votes by day. The dates of a contest are fixed from the first vote on, so it
is known when a profile may tell more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from community.kernel.api import contributions
from crm_bridge.profiles.weights import Control, SignalValue

VOTE = "vote"


class Ballots(NamedTuple):
    """Ideas that members voted for: since when their results are there, and of the others when they come, if ever."""

    shown: Mapping[str, datetime]
    secret: Mapping[str, datetime | None]


def ballots_of(signals: Iterable[Sequence[SignalValue]], *, now: datetime) -> Ballots:
    """What contests say of the ideas these signals of many members are votes for. One they do not know stays secret."""
    voted_for = {int(one.source_id) for found in signals for one in found if one.source == VOTE}
    if not voted_for:
        return Ballots({}, {})
    due = {idea_id: at for found in contributions("votes.results_due", voted_for, now) for idea_id, at in found.items()}
    since = contributions("contest.results_since", voted_for - due.keys(), now) if voted_for - due.keys() else ()
    shown = {str(idea_id): at for found in since for idea_id, at in found.items()}
    return Ballots(shown, {str(one): due.get(one) for one in voted_for if str(one) not in shown})


class Known(NamedTuple):
    """What interests follow from: signals, and what the member said of the interests, by keyword."""

    signals: list[SignalValue]
    controls: dict[str, Control]


def counted_alike(known: Known, shown: Mapping[str, datetime]) -> Known:
    """Votes as they count: for one mention, and where the results are there from the moment these came."""
    return known._replace(signals=[one for each in known.signals for one in _counted(each, known.controls, shown)])


def _counted(one: SignalValue, controls: Mapping[str, Control], shown: Mapping[str, datetime]) -> Iterator[SignalValue]:
    if one.source != VOTE:
        yield one
        return
    removed = controls[one.keyword].removed_at if one.keyword in controls else None
    if removed is None or one.at > removed:  # what was removed with an interest does not come back with the results
        yield one._replace(mentions=1, at=shown.get(one.source_id, one.at), happened_at=one.at)


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
