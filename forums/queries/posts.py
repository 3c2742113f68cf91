"""Posts on a page, and how far somebody has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

from community.kernel.plain import language_of_html
from community.members.api import MemberCard, cards
from forums.enums import PostKind, ReactionKind
from forums.models import PAGE, Board, BoardRead, Post, Reaction, ReadState, Topic, readers_of

LATEST_WRITTEN = 200


@dataclass
class PostRow:
    """A post on a topic page."""

    post: Post
    author: MemberCard | None
    useful: bool = False
    same: bool = False
    own: bool = False
    best: bool = False

    @property
    def deleted(self) -> bool:
        """Whether only its place is shown."""
        return self.post.deleted_at is not None

    @property
    def edited(self) -> bool:
        """Whether there is a history to it."""
        return self.post.edited_at is not None

    @property
    def url(self) -> str:
        """The post's address, to which the acts' names are added; reversing each act's takes a third of a page."""
        return f"{_posts_url()}{self.post.pk}/"

    @property
    def language(self) -> str:
        """What it is written in: people answer in the language they think in, whatever the topic's is."""
        return language_of_html(self.post.html)

    @property
    def moment(self) -> str:
        """When it was written, for machines."""
        return self.post.written_at.isoformat(timespec="seconds")


@cache
def _posts_url() -> str:
    return reverse("forums:post", args=[0]).removesuffix("0/")


POST_FIELDS = (
    *("id", "topic_id", "author_id", "number", "html", "written_at", "edited_at", "deleted_at", "official"),
    *("deleted_by_id", "useful_count", "same_count", "kind", "parent_id", "score"),
)


def topic_page(topic: Topic, page: int, viewer: Any) -> list[PostRow]:
    """The posts of one page, by number: as fast at the end of a long topic as at its start."""
    first = (page - 1) * PAGE + 1
    posts = Post.objects.filter(topic=topic, number__range=(first, first + PAGE - 1)).order_by("number")
    return post_rows(posts, topic, viewer)


def latest_posts(topic: Topic) -> list[PostRow]:
    """The newest posts of a topic, as many as stand on a page, as somebody who is not signed in sees them."""
    posts = Post.objects.filter(topic=topic, number__gt=topic.last_number - PAGE).order_by("number")
    return post_rows(posts, topic, None)


def post_rows(posts: models.QuerySet[Post], topic: Topic, viewer: Any) -> list[PostRow]:
    """Posts with authors and the viewer's own reactions, in a constant number of queries."""
    found = list(posts.only(*POST_FIELDS))
    people = cards([post.author_id for post in found])
    own = own_reactions(found, viewer)
    viewer_id = getattr(viewer, "pk", None)
    return [
        PostRow(
            post,
            people.get(post.author_id),
            (post.pk, ReactionKind.USEFUL) in own,
            (post.pk, ReactionKind.SAME) in own,
            post.author_id == viewer_id,
            post.pk == topic.best_answer_id,
        )
        for post in found
    ]


def replies_of(member: Any, viewer: Any) -> models.QuerySet[Post]:
    """A member's latest replies in topics the viewer may read, with their topics."""
    readable = {"deleted_at": None, "topic__deleted_at": None, "topic__board__readers__in": readers_of(viewer)}
    posts = Post.objects.filter(author=member, number__gt=1, kind=PostKind.POST, **readable)
    return posts.select_related("topic").order_by("-written_at")


def own_reactions(posts: Sequence[Post], viewer: Any) -> set[tuple[int, str]]:
    """The viewer's reactions among these posts."""
    if not getattr(viewer, "is_authenticated", False):
        return set()
    rows = Reaction.objects.filter(member=viewer, post__in=[post.pk for post in posts])
    return set(rows.values_list("post_id", "kind"))


def all_read_before(topic: Topic, reader: Any, number: int, *, read: int) -> bool:
    """Whether a member who has read up to ``read`` has nothing of others' to read below a number."""
    if number <= read + 1:
        return True
    marked = BoardRead.objects.filter(member=reader, board=topic.board_id, until__gte=OuterRef("written_at"))
    between = Post.objects.filter(topic=topic, number__gt=read, number__lt=number, deleted_at=None)
    new = between.filter(written_at__gt=reader.joined_at).exclude(Exists(marked)).exclude(author=reader)
    return not new.exists()


def read_until(topic: Topic, reader: Any) -> int:
    """The last number a member has read; 0 for guests and new readers."""
    if not getattr(reader, "is_authenticated", False):
        return 0
    return ReadState.objects.filter(member=reader, topic=topic).values_list("number", flat=True).first() or 0


def writers_near(topic_id: int, reader: Any) -> list[int]:
    """Who wrote last in a topic the reader may read, the latest first, and who opened it: members' ids."""
    seen = Post.objects.filter(topic=topic_id, topic__board__in=Board.objects.visible_to(reader))
    latest = seen.filter(deleted_at=None, topic__deleted_at=None).order_by("-number")
    rows = list(latest.values_list("author_id", "topic__author_id")[:LATEST_WRITTEN])
    return list(dict.fromkeys([*(author for author, _opener in rows), *(opener for _author, opener in rows)]))
