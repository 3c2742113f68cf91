"""What the forums put on somebody's first page, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community.kernel.api import contributions, fills
from community.pages.api import FeedItem, Interest, first_interests, interests_of
from forums import queries
from forums.models import Board

TIMES = 3
WAITING, CANDIDATES = 4, 12


@fills("home.feed", order=10)
def home_feed(member: Any, limit: int) -> list[FeedItem]:
    """What is new in the forums for somebody, each with its reason: what they have to do with comes first."""
    if member is None:
        return _with_beginnings([_item(row, _("Lively now"), "none") for row in queries.latest_topics(None, limit)])
    mine, clubs = queries.written_in(member), _clubs_of(member)
    rows = queries.topics_for(member, written_in=mine, clubs=clubs, latest=limit * TIMES, limit=limit)
    said = {row.topic.pk: f"{row.topic.title} {' '.join(row.topic.tags)}" for row in rows}
    interesting = first_interests(said, interests_of(member))
    ranked = [_reasoned(row, member, mine, clubs, interesting.get(row.topic.pk)) for row in rows]
    ranked.sort(key=lambda found: found[0])
    return _with_beginnings([item for _rank, item in ranked[:limit]])


def _clubs_of(member: Any) -> dict[str, str]:
    return {slug: title for found in contributions("clubs.of_member", member.pk) for slug, title in found.items()}


def _with_beginnings(items: list[FeedItem]) -> list[FeedItem]:
    """The items with the first words and the first picture of their topics."""
    keys = {int(item.key.partition(":")[2]): item for item in items}
    first = queries.first_posts(keys)
    return [
        replace(item, excerpt=first[pk].text, picture=first[pk].picture) if pk in first else item
        for pk, item in keys.items()
    ]


def _reasoned(
    row: queries.TopicRow, member: Any, mine: set[int], clubs: Mapping[str, str], interest: Interest | None
) -> tuple[int, FeedItem]:
    """How close a topic is to a member, 0 closest, and its item with the reason.

    What is about the reader is marked so while there is something new in it; once read it is like everything worked
    out.
    """
    topic, board = row.topic, row.topic.board
    about_you = "you" if row.new else "ring"
    if topic.author_id == member.pk:
        return 0, _item(row, _("You asked this"), about_you)
    if topic.pk in mine:
        return 0, _item(row, _("You wrote here"), about_you)
    if board.club_slug in clubs:
        return 1, _item(row, _("You are in %(club)s") % {"club": clubs[board.club_slug]}, about_you)
    if interest:
        return 1, _item(row, interest.reason, "ring", reason_url=interest.url)
    return 2, _item(row, _("New in %(board)s") % {"board": board.title}, "none")


def _item(row: queries.TopicRow, reason: str, why: str, *, reason_url: str = "") -> FeedItem:
    topic = row.topic
    return FeedItem(
        key=f"topic:{topic.pk}",
        url=topic.get_absolute_url(),
        title=topic.title,
        excerpt="",
        at=topic.last_post_at,
        reason=reason,
        reason_url=reason_url or topic.board.get_absolute_url(),
        why=why,
        by=row.author,
        by_id=topic.author_id,
        replies=topic.reply_count,
        useful=topic.useful_count,
        unread=row.new > 0,
        language=topic.language,
        label=topic.board.title,
    )


@fills("home.side", order=200)
def waiting(request: HttpRequest) -> SafeString | str:
    """Questions nobody has answered yet in the member's clubs: somebody who reads this may know."""
    user = request.user
    clubs = _clubs_of(user) if user.is_authenticated else {}
    boards = Board.objects.visible_to(user).filter(club_slug__in=clubs) if clubs else Board.objects.none()
    latest = list(queries.unanswered(boards, user)[:CANDIDATES]) if clubs else []
    topics = sorted(latest, key=lambda topic: topic.language != get_language())[:WAITING]
    return render_to_string("forums/home_waiting.html", {"topics": topics}, request) if topics else ""
