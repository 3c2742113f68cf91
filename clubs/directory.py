"""The directory's rows: what each club looks like, what is new in it, and why somebody may want it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clubs.models import Club, Membership
from community.kernel.api import contributions
from community.members.api import garage_models
from community.pages.api import ClubNews, ClubPage, first_interests, interests_of, landings_of

MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Suggestion:
    """Why a member may want a club; ``rank`` 0 is the best reason."""

    reason: str
    url: str
    rank: int


@dataclass(frozen=True)
class ClubCard:
    """A club in the directory."""

    club: Club
    joined: bool
    news: ClubNews | None
    page: ClubPage | None
    suggestion: Suggestion | None = None

    @property
    def pictured(self) -> bool:
        """Whether there is something to show of it."""
        return bool(self.club.drawn or (self.page and (self.page.picture or self.page.scene)))


def club_cards(clubs: Sequence[Club], viewer: Any, joined: set[int]) -> list[ClubCard]:
    """Clubs with their pages and news, in a constant number of queries."""
    slugs = [club.slug for club in clubs]
    news, pages = news_of(slugs, viewer), landings_of(slugs)
    return [ClubCard(club, club.pk in joined, news.get(club.slug), pages.get(club.slug)) for club in clubs]


def news_of(slugs: Sequence[str], viewer: Any) -> dict[str, ClubNews]:
    """What is on the boards of clubs, by their slugs."""
    return {slug: news for part in contributions("clubs.news", viewer, slugs) for slug, news in part.items()}


def suggested(member: Any, joined: set[int]) -> list[ClubCard]:
    """At most three clubs a member may want, each with its reason: their car, their words, the people they know."""
    others = {club.pk: club for club in Club.objects.exclude(pk__in=joined)}
    reasons = {**_by_people(others, joined), **_by_interest(others, member), **_by_car(others, member)}
    best = sorted(reasons, key=lambda pk: (reasons[pk].rank, -others[pk].member_count, pk))[:MOST_SUGGESTED]
    cards = club_cards([others[pk] for pk in best], member, joined)
    return [ClubCard(card.club, card.joined, card.news, card.page, reasons[card.club.pk]) for card in cards]


def _by_car(clubs: dict[int, Club], member: Any) -> dict[int, Suggestion]:
    found = {}
    garage = {label.lower() for label in garage_models([member.pk]).get(member.pk, [])}
    url = reverse("members:me")
    for pk, club in clubs.items() if garage else ():
        for model, name in zip(club.models_list, club.model_names, strict=True):
            if {model.lower(), f"{club.brand} {model}".strip().lower()} & garage:
                found[pk] = Suggestion(_("You drive a %(car)s") % {"car": name}, url, 0)
    return found


def _by_interest(clubs: dict[int, Club], member: Any) -> dict[int, Suggestion]:
    said = {pk: " ".join([club.title_en, club.title_zh, *club.keywords]) for pk, club in clubs.items()}
    return {
        pk: Suggestion(interest.reason, interest.url, 1)
        for pk, interest in first_interests(said, interests_of(member)).items()
    }


def _by_people(clubs: dict[int, Club], joined: set[int]) -> dict[int, Suggestion]:
    known = Membership.objects.filter(club__in=joined).values("member")
    rows = Membership.objects.filter(club__in=clubs, member__in=known).order_by().values("club")
    return {
        pk: Suggestion(_people(count), "", 2) for pk, count in rows.annotate(n=Count("pk")).values_list("club", "n")
    }


def _people(count: int) -> str:
    return ngettext(
        "%(count)s person from your clubs is in it", "%(count)s people from your clubs are in it", count
    ) % {"count": count}
