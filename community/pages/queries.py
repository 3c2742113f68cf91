"""The latest articles, and the editorial parts of pages others serve, where they are for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language
from wagtail.models import Page

from community.pages.models import ArticlePage, ClubPage, ContestPage, card_pictures


def brief_of(contest_slug: str) -> ContestPage | None:
    """The published brief of a contest in the reader's language."""
    page: ContestPage | None = _localized(ContestPage, contest_slug=contest_slug)
    return page


def landing_of(club_slug: str) -> ClubPage | None:
    """The published landing page of a club in the reader's language."""
    page: ClubPage | None = _localized(ClubPage, club_slug=club_slug)
    return page


def briefs_of(contest_slugs: Sequence[str]) -> dict[str, ContestPage]:
    """The published briefs of contests in the reader's language, with their pictures for cards."""
    return _all_localized(ContestPage, "contest_slug", contest_slugs)


def landings_of(club_slugs: Sequence[str]) -> dict[str, ClubPage]:
    """The published landing pages of clubs in the reader's language, with their pictures for cards."""
    return _all_localized(ClubPage, "club_slug", club_slugs)


def latest_articles(limit: int) -> list[Any]:
    """The latest articles, each in the reader's language where it ever was in it; ``first`` is the same in all."""
    first = Page.objects.filter(translation_key=OuterRef("translation_key")).order_by("pk").values("pk")[:1]
    return list(ArticlePage.for_readers().annotate(first=Subquery(first))[:limit])


def _localized(kind: Any, **values: str) -> Any:
    page = kind.for_everybody().filter(**values).order_by("path").first()
    return page.localized if page else None


def _all_localized(kind: Any, name: str, slugs: Sequence[str]) -> dict[str, Any]:
    languages = (settings.LANGUAGE_CODE, get_language())  # what comes later wins
    pages = kind.for_everybody().filter(**{f"{name}__in": list(slugs)}, locale__language_code__in=languages)
    found = pages.select_related("locale").prefetch_related(card_pictures())
    ordered = sorted(found, key=lambda page: languages.index(page.locale.language_code))
    return {getattr(page, name): page for page in ordered}
