"""Items of the home page, and the editorial parts of pages others serve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community.pages.models import ClubPage, ContestPage


@dataclass(frozen=True)
class FeedItem:
    """One item of the home page. ``why``: you (about you and new), ring (worked out or read), none (for everybody)."""

    key: str
    url: str
    title: str
    excerpt: str
    at: datetime
    reason: str
    reason_url: str = ""
    why: str = "none"
    by: Any = None
    by_id: int | None = None
    replies: int | None = None
    useful: int | None = None
    unread: bool = False
    language: str = ""
    label: str = ""
    scene: str = ""


def brief_of(contest_slug: str) -> ContestPage | None:
    """The published brief of a contest in the reader's language."""
    page: ContestPage | None = _localized(ContestPage, contest_slug=contest_slug)
    return page


def landing_of(club_slug: str) -> ClubPage | None:
    """The published landing page of a club in the reader's language."""
    page: ClubPage | None = _localized(ClubPage, club_slug=club_slug)
    return page


def _localized(kind: Any, **values: str) -> Any:
    page = kind.objects.live().filter(**values).order_by("path").first()
    return page.localized if page else None
