"""Topics in lists, with what is new in them for the reader and why they are on somebody's first page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import count
from operator import or_
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case, Count, Exists, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Left

from community.members.api import MemberCard, cards
from forums.models import Board, BoardRead, Post, ReadState, Topic

LATEST_OWN = 300
OF_MEMBERS = ("unread", "yours")  # lists for who is signed in
DELETED = "deleted"  # the list for moderators
ORDERS = {"": ("-pinned", "-last_post_at"), "new": ("-opened_at",), "lively": ("-post_count",)}
BEGINNING, PICTURE_WITHIN = 300, 4000  # characters
PICTURE = re.compile(r'<img[^>]*? src="([^"]+)"')  # one of ours: others' are not let into a post
LISTED = (
    *("id", "title", "slug", "board_id", "language", "tags", "author_id", "last_author_id", "opened_at"),
    *("last_post_at", "post_count", "last_number", "useful_count", "pinned", "closed", "deleted_at"),
    *("best_answer_id", "answered_by_brand"),
)


class New(NamedTuple):
    """What somebody has not read of a topic: how many posts that are shown, and the number of the first."""

    posts: int
    first: int


NOTHING_NEW = New(0, 0)


@dataclass
class TopicRow:
    """A topic in a list, with its people and what is new in it for the reader."""

    topic: Topic
    author: MemberCard | None
    last: MemberCard | None
    new: int
    first_new: int

    @property
    def new_url(self) -> str:
        """Where the first of them stands."""
        return self.topic.url_of(self.first_new)


def topic_rows(topics: Iterable[Topic], reader: Any) -> list[TopicRow]:
    """Rows of a list, in a constant number of queries."""
    topics = list(topics)
    people = cards([one for topic in topics for one in (topic.author_id, topic.last_author_id)], cars=False)
    new = new_posts(topics, reader)
    return [
        TopicRow(topic, people.get(topic.author_id), people.get(topic.last_author_id), *new.get(topic.pk, NOTHING_NEW))
        for topic in topics
    ]


def new_posts(topics: Sequence[Topic], reader: Any) -> dict[int, New]:
    """What a member has not read of each topic, where there is some.

    A topic from before they joined counts as read; deleted posts and topics have nothing to read, and nobody's own post
    is new to them. Posts are asked for only of topics that do not say by themselves how many of others' are shown.
    """
    if not getattr(reader, "is_authenticated", False) or not topics:
        return {}
    read, own = _read_and_own([topic.pk for topic in topics], reader)
    since = _read_since({topic.board_id for topic in topics}, reader)
    found, asked = {}, Q()
    for topic in topics:
        until, at, mine = read.get(topic.pk, 0), since[topic.board_id], own[topic.pk]
        others = topic.last_number - until - len(mine)
        if topic.deleted_at or topic.last_post_at <= at or others <= 0:
            continue
        if topic.opened_at <= at or topic.post_count != topic.last_number:
            asked |= Q(topic=topic.pk, number__gt=until, written_at__gt=at)
        else:
            found[topic.pk] = New(others, next(number for number in count(until + 1) if number not in mine))
    if asked:
        shown = Post.objects.filter(asked, deleted_at=None).exclude(author=reader).values_list("topic")
        found |= {pk: New(*new) for pk, *new in shown.annotate(Count("pk"), Min("number"))}
    return found


def _read_and_own(topics: Sequence[int], reader: Any) -> tuple[dict[int, int], dict[int, set[int]]]:
    """How far a member has read topics, and the numbers of their own posts beyond that, in one query."""
    states = ReadState.objects.filter(member=reader, topic__in=topics)
    until = Subquery(states.filter(topic=OuterRef("topic")).values("number"))
    beyond = Post.objects.filter(author=reader, topic__in=topics, deleted_at=None, number__gt=Coalesce(until, 0))
    marks, posts = states.annotate(own=Value(0)), beyond.order_by().annotate(own=Value(1))
    columns = ("topic_id", "number", "own")
    read: dict[int, int] = {}
    own: dict[int, set[int]] = defaultdict(set)
    for pk, number, is_own in marks.values_list(*columns).union(posts.values_list(*columns), all=True):
        if is_own:
            own[pk].add(number)
        else:
            read[pk] = number
    return read, own


def _read_since(boards: set[int], reader: Any) -> dict[int, datetime]:
    """Until when everything in each board counts as read."""
    until = dict(BoardRead.objects.filter(member=reader, board__in=boards).values_list("board_id", "until"))
    return {board: max(until.get(board, reader.joined_at), reader.joined_at) for board in boards}


def unread(reader: Any, boards: Iterable[int]) -> models.QuerySet[Topic]:
    """The topics of these boards that have something new for a member."""
    since = _read_since(set(boards), reader)
    if not since:
        return Topic.objects.none()
    lately = reduce(or_, (Q(board=board, last_post_at__gt=at) for board, at in since.items()))
    later = Post.objects.filter(topic=OuterRef("topic"), number__gt=OuterRef("number"), deleted_at=None)
    all_read = Q(number__gte=OuterRef("last_number")) | ~Exists(later)
    states = ReadState.objects.filter(member=reader, topic=OuterRef("pk"))
    # Under one's own latest post there may be others' that were not read. Only then each post is looked at.
    began = Case(*(When(board=board, then=Value(at)) for board, at in since.items()))
    others = Post.objects.filter(topic=OuterRef("pk"), deleted_at=None).exclude(author=reader)
    below = others.filter(number__gt=OuterRef("read"), written_at__gt=OuterRef("began"))
    topics = Topic.objects.visible_to(reader).filter(lately).exclude(Exists(states.filter(all_read)))
    read = Coalesce(Subquery(states.values("number")), 0)
    return topics.alias(read=read, began=began).filter(~Q(last_author=reader) | Exists(below))


@dataclass
class BoardRow:
    """A board in a list, with how many of its topics have something new for the reader."""

    board: Board
    new: int


def board_rows(boards: Iterable[Board], reader: Any) -> list[BoardRow]:
    """Rows of a list, in a constant number of queries."""
    boards = list(boards)
    new: dict[int, int] = {}
    if getattr(reader, "is_authenticated", False):
        topics = unread(reader, [board.pk for board in boards]).order_by()
        new = dict(topics.values_list("board").annotate(Count("pk")))
    return [BoardRow(board, new.get(board.pk, 0)) for board in boards]


def board_topics(board: Board, viewer: Any, show: str = "", order: str = "", tag: str = "") -> models.QuerySet[Topic]:
    """The topics of a board; ``show`` is waiting, answered, unread, yours or deleted, else all; ``order`` of ORDERS.

    With a ``tag`` only those that have it. By the latest post the pinned ones come first; of deleted ones, which
    moderators read, the one deleted last.
    """
    listed = Topic.objects.filter(board=board).select_related("board").only(*LISTED, "board__slug")
    if tag:
        listed = listed.tagged(tag)
    if show == DELETED:
        return listed.deleted_for(viewer).order_by("-deleted_at", "-pk")
    topics = listed.visible_to(viewer)
    if show == "waiting":
        topics = topics.filter(post_count=1, closed=False)
    elif show == "answered":
        topics = topics.answered()
    elif show == "unread":
        topics = topics.filter(pk__in=unread(viewer, [board.pk]))
    elif show == "yours":
        topics = topics.filter(author=viewer)
    return topics.order_by(*ORDERS.get(order, ORDERS[""]), "-pk")


def waiting_count(board: Board, viewer: Any) -> int:
    """How many topics of a board nobody has answered."""
    return board_topics(board, viewer, "waiting").order_by().count()


def latest_topics(viewer: Any, limit: int) -> list[TopicRow]:
    """The topics with the latest posts, over all boards the viewer may read."""
    return topic_rows(_by_latest_post(viewer)[:limit], viewer)


def topics_for(
    member: Any, *, written_in: Collection[int], clubs: Collection[str], latest: int, limit: int
) -> list[TopicRow]:
    """The latest topics of all boards, and what is new in a member's own and their clubs' ones however many came after.

    By the latest post. ``limit``: how many of their own, and how many of their clubs.
    """
    topics = _by_latest_post(member)
    found = {topic.pk: topic for topic in topics[:latest]}
    recent = set(found)
    for theirs in (Q(pk__in=written_in), Q(board__club_slug__in=clubs)):
        found |= {topic.pk: topic for topic in topics.filter(theirs)[:limit]}
    rows = topic_rows(sorted(found.values(), key=lambda topic: topic.last_post_at, reverse=True), member)
    return [row for row in rows if row.new or row.topic.pk in recent]


def _by_latest_post(viewer: Any) -> models.QuerySet[Topic]:
    return Topic.objects.visible_to(viewer).select_related("board").order_by("-last_post_at")


@dataclass(frozen=True)
class FirstPost:
    """How a topic begins: its first words, its first picture, and how many have the same question."""

    text: str
    picture: str
    same: int


def first_posts(topic_ids: Iterable[int]) -> dict[int, FirstPost]:
    """The beginning of each topic."""
    first = Post.objects.filter(topic__in=list(topic_ids), number=1, deleted_at=None)
    rows = first.values_list("topic_id", Left("text", BEGINNING), "same_count", Left("html", PICTURE_WITHIN))
    return {topic_id: FirstPost(text, _first_picture(html), same) for topic_id, text, same, html in rows}


def _first_picture(html: str) -> str:
    found = PICTURE.search(html)
    return found[1] if found else ""


def unanswered(boards: models.QuerySet[Board], reader: Any) -> models.QuerySet[Topic]:
    """Open questions of others on these boards, the newest first; not those asked elsewhere, where nobody waits."""
    topics = Topic.objects.visible_to(reader).filter(board__in=boards, post_count=1, closed=False, imported=False)
    return topics.exclude(author=reader).only("title", "slug", "language", "opened_at").order_by("-opened_at")


def waiting_longest(boards: models.QuerySet[Board], reader: Any) -> models.QuerySet[Topic]:
    """Open questions of others on these boards with their boards, the longest waiting first."""
    titles = ("title", "slug", "language", "opened_at", "board__title_en", "board__title_zh")
    return unanswered(boards, reader).select_related("board").only(*titles).order_by("opened_at", "pk")


def written_in(member: Any) -> set[int]:
    """The topics of a member's latest posts."""
    posts = Post.objects.filter(author=member).order_by("-written_at").values_list("topic_id", flat=True)
    return set(posts[:LATEST_OWN])
