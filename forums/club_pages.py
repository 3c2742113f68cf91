"""What a club's page shows of its board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language

from community.kernel.api import fills
from community.pages.api import ClubNews, ClubTalk, Conversation
from forums import queries
from forums.models import Board, Topic
from forums.services import ensure_board

LATEST, LIVELY, RECENT = 8, 16, 60


@fills("clubs.created")
def make_board(slug: str, title_en: str, title_zh: str) -> bool:
    """Every club has a board. Returns whether it has: one that is no club's stays what it is."""
    return ensure_board(slug=slug, title_en=title_en, title_zh=title_zh, club_slug=slug).club_slug == slug


@fills("clubs.changed")
def rename_board(slug: str, title_en: str, title_zh: str) -> bool:
    """A club's board is called as the club is. Returns whether there is one."""
    return bool(Board.objects.filter(club_slug=slug).update(title_en=title_en, title_zh=title_zh))


@fills("club.talk")
def club_talk(viewer: Any, club_slug: str) -> ClubTalk | None:
    """A club's board, if the reader may see it: the latest topics, and the liveliest of the recent ones."""
    board = Board.objects.visible_to(viewer).filter(club_slug=club_slug).first()
    if board is None:
        return None
    recent = list(queries.board_topics(board, viewer)[:RECENT])
    lively = sorted(recent, key=_liveliness, reverse=True)[:LIVELY]
    said = _conversations({topic.pk: topic for topic in (*recent[:LATEST], *lively)}, viewer)
    return ClubTalk(
        url=board.get_absolute_url(),
        open_url=board.open_url,
        topics=board.topic_count,
        answered=queries.board_topics(board, viewer, "answered").order_by().count(),
        new=queries.unread(viewer, [board.pk]).count() if getattr(viewer, "is_authenticated", False) else 0,
        latest=[said[topic.pk] for topic in recent[:LATEST]],
        lively=[said[topic.pk] for topic in lively],
    )


def _liveliness(topic: Topic) -> tuple[bool, int]:
    """Topics in the reader's language come first."""
    return topic.language == get_language(), topic.useful_count + topic.post_count


def _conversations(topics: dict[int, Topic], viewer: Any) -> dict[int, Conversation]:
    first = queries.first_posts(topics)
    new = queries.new_posts(list(topics.values()), viewer)
    return {
        pk: Conversation(
            title=topic.title,
            url=topic.get_absolute_url(),
            language=topic.language,
            excerpt=first[pk].text if pk in first else "",
            replies=topic.reply_count,
            new=new[pk].posts if pk in new else 0,
            same=first[pk].same if pk in first else 0,
            by_brand=topic.answered_by_brand,
            solved=topic.best_answer_id is not None,
        )
        for pk, topic in topics.items()
    }


@fills("clubs.news")
def club_news(viewer: Any, club_slugs: Sequence[str]) -> dict[str, ClubNews]:
    """How much is on the boards of clubs, and how much of it is new to the reader."""
    boards = Board.objects.visible_to(viewer).filter(club_slug__in=club_slugs)
    rows = queries.board_rows(boards, viewer)
    return {row.board.club_slug: ClubNews(row.board.get_absolute_url(), row.board.topic_count, row.new) for row in rows}
