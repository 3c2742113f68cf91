"""Founding, changing, joining and leaving clubs."""

from clubs.services.changes import (
    MAX_ABOUT,
    MAX_KEYWORD,
    MAX_MODEL,
    MAX_TITLE,
    MOST_KEYWORDS,
    MOST_MODELS,
    change_about,
    change_club,
    create_club,
    give_role,
)
from clubs.services.founding import ensure_club
from clubs.services.membership import join_club, leave_club, set_role

__all__ = [
    "MAX_ABOUT",
    "MAX_KEYWORD",
    "MAX_MODEL",
    "MAX_TITLE",
    "MOST_KEYWORDS",
    "MOST_MODELS",
    "change_about",
    "change_club",
    "create_club",
    "ensure_club",
    "give_role",
    "join_club",
    "leave_club",
    "set_role",
]
