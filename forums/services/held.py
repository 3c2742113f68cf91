"""A topic under its lock: adding a post, what it counts for on its board, what the index has to see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from community.kernel.api import around
from community.members.api import Member, Role, has_role
from community.search.api import mark_content
from forums.counts import latest_on_board
from forums.enums import PostKind
from forums.models import Board, Post, Topic
from forums.picture_uses import note_pictures
from forums.services.texts import Text

KEPT_OF_POSTS = ("last_number", "post_count", "sequence", "last_post_at", "last_author", "answered_by_brand")


def lock_topic(topic: Topic) -> Topic:
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
) -> Post:
    """A post at the end of a topic that is held, with what it counts for; the first one brings the topic with it."""
    before = visible(topic)
    if not topic.post_count or now >= topic.last_post_at:  # what is imported may be older
        topic.last_post_at, topic.last_author = now, author
    topic.last_number += 1
    topic.post_count += 1
    topic.sequence += 1
    official = author.is_staff and has_role(author, Role.SERVICE_AGENT, Role.BRAND_MANAGER)
    topic.answered_by_brand = topic.answered_by_brand or (official and topic.last_number > 1)
    topic.save(update_fields=KEPT_OF_POSTS)
    _count_on_board(topic, before, last_post_at=Coalesce(Greatest("last_post_at", now), now))
    post = Post.objects.create(
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
    note_pictures(post)
    return post


def visible(topic: Topic) -> tuple[int, int]:
    """Topics and posts this topic adds to its board's counts: nothing while it is deleted, or has no post yet."""
    return (0, 0) if topic.deleted_at or not topic.last_number else (1, topic.post_count)


def recount_on_board(topic: Topic, before: tuple[int, int]) -> None:
    """Count on the board what a topic adds now and did not before; its latest post may be an older one."""
    boards = Board.objects.filter(pk=topic.board_id)
    list(boards.select_for_update(no_key=True).values_list("pk"))  # so that what others delete at once is seen
    _count_on_board(topic, before, last_post_at=latest_on_board())


def _count_on_board(topic: Topic, before: tuple[int, int], *, last_post_at: Any) -> None:
    topics, posts = (now - then for now, then in zip(visible(topic), before, strict=True))
    if topics or posts:
        counts = {"topic_count": F("topic_count") + topics, "post_count": F("post_count") + posts}
        Board.objects.filter(pk=topic.board_id).update(**counts, last_post_at=last_post_at)


def mark(post: Post) -> None:
    """Have the index take a post in anew: the first one is the topic."""
    if post.number == 1:
        mark_content("topic", [post.topic_id])
    else:
        mark_content("post", [post.pk])
