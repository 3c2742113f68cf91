"""A topic under its lock: adding a post, what it counts for on its board, what the index has to see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from community.kernel.api import around
from community.members.api import Member, Role, has_role
from community.search.api import mark_content
from forums.enums import PostKind
from forums.models import Board, Post, Topic
from forums.services.texts import Text


def locked(topic: Topic) -> Topic:
    """The topic, held until the transaction ends: floors are counted under this lock."""
    return Topic.objects.select_for_update(of=("self",)).select_related("board").get(pk=topic.pk)


def sent_before(author: Member, text: Text, now: datetime, **where: Any) -> Post | None:
    """What the same person sent there in the same words a moment ago: a button pressed twice, a browser asking again.

    Asked under the lock of the place, so that two at once are one.
    """
    same = Post.objects.filter(author=author, written_at__range=around(now), source=text.source, deleted_at=None)
    return same.select_related("topic").filter(**where).first()


def append(
    topic: Topic,
    author: Member,
    text: Text,
    now: datetime,
    *,
    parent: Post | None = None,
    kind: str = PostKind.POST,
    topics: int = 0,
) -> Post:
    """A post at the end of a topic that is held, with what it counts for; ``topics``: 1 where the topic is new too."""
    topic.last_number += 1
    topic.post_count += 1
    topic.sequence += 1
    if now >= topic.last_post_at:  # what is imported may be older
        topic.last_post_at, topic.last_author = now, author
    official = author.is_staff and has_role(author, Role.SERVICE_AGENT, Role.BRAND_MANAGER)
    topic.answered_by_brand = topic.answered_by_brand or (official and topic.last_number > 1)
    topic.save(
        update_fields=[
            *("last_number", "post_count", "sequence", "last_post_at", "last_author", "answered_by_brand"),
        ]
    )
    counted = {"post_count": F("post_count") + 1, "topic_count": F("topic_count") + topics}
    Board.objects.filter(pk=topic.board_id).update(**counted, last_post_at=_later(now))
    return Post.objects.create(
        topic=topic,
        author=author,
        number=topic.last_number,
        kind=kind,
        parent=parent,
        source=text.source,
        html=text.html,
        text=text.plain,
        written_at=now,
        official=official,
    )


def _later(now: datetime) -> Coalesce:
    return Coalesce(Greatest("last_post_at", now), now, output_field=DateTimeField())


def visible(topic: Topic) -> tuple[int, int]:
    """Topics and posts this topic adds to its board's counts: nothing while it is deleted."""
    return (0, 0) if topic.deleted_at else (1, topic.post_count)


def count_on_board(topic: Topic, before: tuple[int, int]) -> None:
    """Count on the board what a topic adds now and did not before; its latest post may be another one."""
    topics, posts = (now - then for now, then in zip(visible(topic), before, strict=True))
    counted = {"post_count": F("post_count") + posts, "topic_count": F("topic_count") + topics}
    boards = Board.objects.filter(pk=topic.board_id)
    list(boards.select_for_update(no_key=True).values_list("pk"))  # so that what others delete at once is seen
    boards.update(**counted, last_post_at=Subquery(_latest()))


def _latest() -> QuerySet[Topic, Any]:
    topics = Topic.objects.filter(board=OuterRef("pk"), deleted_at=None).order_by("-last_post_at")
    return topics.values("last_post_at")[:1]


def mark(post: Post) -> None:
    """Have the index take a post in anew: the first one is the topic."""
    if post.number == 1:
        mark_content("topic", [post.topic_id])
    else:
        mark_content("post", [post.pk])
