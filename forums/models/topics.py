"""Topics, and the addresses they stand at."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.models import TextField, Value
from django.db.models.functions import Cast, StrIndex
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community.members.api import Role, has_role
from forums.models.boards import Board, readers_of

PAGE = 20  # posts
GONE = "…"  # stands for a title that is not shown


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics by who may see them."""

    def visible_to(self, viewer: Any) -> TopicQuerySet:
        """Those of boards the viewer may read, without deleted ones."""
        return self.filter(deleted_at=None, board__readers__in=readers_of(viewer))

    def answered(self) -> TopicQuerySet:
        """Those the brand has written in, or with a best answer: a reply alone is no answer."""
        return self.filter(models.Q(answered_by_brand=True) | models.Q(best_answer__isnull=False))

    def deleted_for(self, viewer: Any) -> TopicQuerySet:
        """The deleted ones, for moderators; for others none."""
        return self.exclude(deleted_at=None) if has_role(viewer, Role.MODERATOR) else self.none()

    def tagged(self, tag: str) -> TopicQuerySet:
        """Those with a tag, as it is written. PostgreSQL has an index for it; SQLite reads the board's topics."""
        if connections[self.db].vendor == "postgresql":
            return self.filter(tags__contains=[tag])
        # SQLite keeps the list as JSON, in which a quotation mark stands only where a tag begins or ends.
        return self.alias(tagged=StrIndex(Cast("tags", TextField()), Value(json.dumps(tag)))).filter(tagged__gt=0)


class Topic(models.Model):
    """A conversation. ``sequence`` grows with every change its readers should see at once.

    ``imported``: it was opened on another forum, or stood in a table.
    """

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="topics")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    slug = models.CharField(max_length=80, default="topic")
    language = models.CharField(max_length=10, default="en")
    tags = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    last_post_at = models.DateTimeField()
    last_author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post_count = models.PositiveIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)
    useful_count = models.PositiveIntegerField(default=0)
    pinned = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    best_answer = models.ForeignKey("Post", null=True, on_delete=models.SET_NULL, related_name="+")
    answered_by_brand = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)
    imported = models.BooleanField(default=False)
    sequence = models.PositiveBigIntegerField(default=0)

    objects = TopicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["board", "-pinned", "-last_post_at"], name="topic_board_latest"),
            models.Index(fields=["board", "-opened_at"], name="topic_board_newest"),
            models.Index(fields=["board", "-post_count"], name="topic_board_liveliest"),
            models.Index(fields=["-last_post_at"], name="topic_latest"),
            models.Index(fields=["author", "-opened_at"], name="topic_author"),
            models.Index(
                fields=["opened_at"],
                condition=models.Q(post_count=1, closed=False, imported=False, deleted_at=None),
                name="topic_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of the topic's first page."""
        return _topic_address(self.pk, self.slug)

    def url_of(self, number: int) -> str:
        """Where the post of a number stands; a deleted one leaves its place there."""
        return f"{self.get_absolute_url()}?page={page_of(number)}#p{number}"

    @property
    def reply_count(self) -> int:
        """Posts after the first one, which a deleted topic does not count among those it shows."""
        return self.post_count if self.deleted_at else max(0, self.post_count - 1)

    @property
    def told_title(self) -> str:
        """The topic's title where others' acts quote it: nothing of one that is deleted."""
        return GONE if self.deleted_at else self.title

    @property
    def told_tags(self) -> tuple[str, ...]:
        """The topic's tags where others' acts tell them: none of one that is deleted."""
        return () if self.deleted_at else tuple(self.tags)

    @property
    def channel(self) -> str:
        """Where its news are announced."""
        return f"topic:{self.pk}"


@lru_cache(20_000)  # lists name dozens of topics, mostly the same ones
def _topic_address(pk: int, slug: str) -> str:
    return reverse("forums:topic", args=[pk, slug])


def page_of(number: int) -> int:
    """The page of its topic a post stands on."""
    return (number - 1) // PAGE + 1


def topic_slug(title: str) -> str:
    """The readable part of a topic's address; Chinese stays Chinese."""
    return slugify(title, allow_unicode=True)[:60].strip("-") or "topic"
