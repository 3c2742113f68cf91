"""The door of contests: everything other apps may use of them."""

from ideas.enums import Decision, PhaseKind
from ideas.models import Contest, Idea, Vote
from ideas.services import (
    advance_contests,
    cast_vote,
    decide,
    edit_idea,
    open_contest,
    submit_idea,
    withdraw_idea,
    withdraw_vote,
)

__all__ = [
    "Contest",
    "Decision",
    "Idea",
    "PhaseKind",
    "Vote",
    "advance_contests",
    "cast_vote",
    "decide",
    "edit_idea",
    "open_contest",
    "submit_idea",
    "withdraw_idea",
    "withdraw_vote",
]
