"""The editorial parts of pages others serve."""

from __future__ import annotations

from typing import Any

from community.pages.models import ClubPage, ContestPage


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
