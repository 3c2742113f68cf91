"""The door of clubs: everything other apps may use of them."""

from clubs.models import Club, ClubKind, MemberRole, Membership
from clubs.queries import clubs_of
from clubs.services import found_club, join_club, leave_club

__all__ = [
    "Club",
    "ClubKind",
    "MemberRole",
    "Membership",
    "clubs_of",
    "found_club",
    "join_club",
    "leave_club",
]
