"""The door of clubs: everything other apps may use of them."""

from clubs.models import Club, ClubKind, MemberRole, Membership
from clubs.queries import clubs_of
from clubs.services import ensure_club, join_club, leave_club

__all__ = [
    "Club",
    "ClubKind",
    "MemberRole",
    "Membership",
    "clubs_of",
    "ensure_club",
    "join_club",
    "leave_club",
]
