"""Clubs, boards, and the pages editors wrote."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from wagtail.models import Page

from clubs.api import Club, ClubKind, MemberRole, ensure_club, join_club
from community.members.api import KnownModel
from community.pages.api import (
    ArticleIndexPage,
    ArticlePage,
    ClubPage,
    ContestPage,
    HomePage,
    ensure_page,
    ensure_site,
    paragraphs,
)
from demo.content import read, rows
from demo.loading.cast import Cast, Person
from demo.loading.timeline import Timeline
from forums.api import Board, ensure_board

AUTHORS = {
    "how-the-19-inch-was-measured": "elin-akesson",
    "what-we-know-about-you": "viktor-lang",
    "load-space-decision": "nora-berg",
}
ARTICLE_DAYS = (17, 9, 4)


def make_places(*, now: datetime) -> None:
    """The brand's clubs with their boards, and the boards that belong to no club."""
    for entry in rows("community", "club"):
        values = {name: value for name, value in entry.items() if name != "scene"}
        known = {name: KnownModel(**facts) for name, facts in entry.get("known", {}).items()}
        ensure_club(**{**values, "kind": ClubKind(entry["kind"]), "known": known}, now=now)
    for position, entry in enumerate(rows("community", "board")):
        ensure_board(**entry, position=50 + position)


def board_of(slug: str) -> Board:
    """The board of this slug."""
    return Board.objects.get(slug=slug)


def plan_joins(cast: Cast, timeline: Timeline, chance: random.Random) -> None:
    """Members join their clubs soon after they arrived; the first two of each club lead and host it."""
    seen: dict[str, int] = {}
    for person in cast.members:
        for slug in person.clubs:
            rank = seen[slug] = seen.get(slug, 0) + 1
            role = {1: MemberRole.LEADER, 2: MemberRole.HOST}.get(rank, MemberRole.MEMBER)
            when = person.since + timedelta(minutes=chance.uniform(6, 60 * 30))
            timeline.at(min(when, person.until), _join(person, slug, role))


def _join(person: Person, slug: str, role: MemberRole) -> Any:
    return lambda now: join_club(member=person.member, club=Club.objects.get(slug=slug), role=role, now=now)


def make_pages(cast: Cast, *, now: datetime) -> None:
    """The home page's welcome, a landing page a club, the articles; in both languages.

    Once everybody has joined: articles are signed by the brand's people.
    """
    home = ensure_site()
    _welcome(home)
    for club in rows("community", "club"):
        common = {"club_slug": club["slug"], "scene": club.get("scene", "")}
        ensure_page(
            ClubPage, home, slug=f"club-{club['slug']}", **_both(club, ("title", "lead"), {"lead": "about"}, common)
        )
    articles = ArticleIndexPage.objects.child_of(home).get()
    for entry, days in zip(rows("community", "article"), ARTICLE_DAYS, strict=True):
        common = {"scene": entry["picture"], "author": cast.named(AUTHORS[entry["slug"]]).member}
        texts = _both(entry, ("title", "lead", "body"), {}, common)
        page = ensure_page(ArticlePage, articles, slug=entry["slug"], **texts)
        _date(page, now - timedelta(days=days))


def make_brief(contest: dict[str, Any]) -> None:
    """The brief of a contest in both languages. It has to be there before the first vote, which fixes it."""
    common = {"contest_slug": contest["slug"], "scene": contest.get("scene", "")}
    texts = _both(contest, ("title", "lead", "prize", "rules"), {}, common)
    ensure_page(ContestPage, ensure_site(), slug=f"contest-{contest['slug']}", **texts)


def _both(
    entry: dict[str, Any], names: tuple[str, ...], sources: dict[str, str], common: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """The values of a page in English and Chinese."""
    texts: dict[str, dict[str, Any]] = {}
    for language in ("en", "zh"):
        values = {name: entry[f"{sources.get(name, name)}_{language}"] for name in names}
        if "body" in values:
            values["body"] = paragraphs(values["body"])
        texts[language] = {**values, **common}
    return texts


def _welcome(home: HomePage) -> None:
    texts = read("community")["home"]
    for page in (home, *home.get_translations()):
        english = page.locale.language_code == "en"
        page.welcome = texts["welcome_en" if english else "welcome_zh"]
        page.save_revision().publish()


def _date(page: Page, at: datetime) -> None:
    """Date an article and its translation; publishing knows only the clock."""
    same = Page.objects.filter(translation_key=page.translation_key)
    same.update(first_published_at=at, last_published_at=at, latest_revision_created_at=at)
