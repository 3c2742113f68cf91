"""What a member sees of their own profile."""

from crm_bridge.mirror.queries.interests import cared_about, interests_shown, muted_among, muted_of
from crm_bridge.mirror.queries.looks import looks, months, people_this_month
from crm_bridge.mirror.queries.permits import HISTORY_PAGE, answers, permits_shown
from crm_bridge.mirror.queries.segments import segments_of

__all__ = [
    "HISTORY_PAGE",
    "answers",
    "cared_about",
    "interests_shown",
    "looks",
    "months",
    "muted_among",
    "muted_of",
    "people_this_month",
    "permits_shown",
    "segments_of",
]
