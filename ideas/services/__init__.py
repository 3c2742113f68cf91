"""What members and the brand do in contests."""

from ideas.services.contests import MAX_TITLE, advance_contests, open_contest, retitle_contest, set_phases
from ideas.services.decisions import DECIDING, MAX_REASON, decide
from ideas.services.proposals import (
    MAX_TEXT,
    edit_idea,
    require_author,
    require_submission,
    submit_idea,
    withdraw_idea,
)
from ideas.services.screening import MAX_SHORT_REASON, SCREENING, bring_back, set_aside
from ideas.services.votes import cast_vote, withdraw_vote

__all__ = [
    "DECIDING",
    "MAX_REASON",
    "MAX_SHORT_REASON",
    "MAX_TEXT",
    "MAX_TITLE",
    "SCREENING",
    "advance_contests",
    "bring_back",
    "cast_vote",
    "decide",
    "edit_idea",
    "open_contest",
    "require_author",
    "require_submission",
    "retitle_contest",
    "set_aside",
    "set_phases",
    "submit_idea",
    "withdraw_idea",
    "withdraw_vote",
]
