"""Boards, topics, posts and what members do with them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community.kernel.api import in_language, version_of
from community.members.api import has_role
from forums.enums import Kind, PostKind

PAGE = 20


def readers_of(viewer: Any) -> list[str]:
    """The reader tokens a viewer holds in the forums."""
    tokens = ["public"]
    if getattr(viewer, "is_authenticated", False):
        tokens.append("member")
        if has_role(viewer, "brand_manager", "marketer", "service_agent", "moderator"):
            tokens.append("staff")
    return tokens


class BoardQuerySet(models.QuerySet["Board"]):
    """Boards by who may see them."""

    def visible_to(self, viewer: Any) -> BoardQuerySet:
        """Those the viewer may read."""
        return self.filter(readers__in=readers_of(viewer))


class Board(models.Model):
    """A place for topics. ``readers`` is the token a reader needs: public, member or staff."""

    slug = models.SlugField(max_length=60, unique=True)
    title_en = models.CharField(_("title (English)"), max_length=80)
    title_zh = models.CharField(_("title (Chinese)"), max_length=80)
    about_en = models.CharField(max_length=300, blank=True)
    about_zh = models.CharField(max_length=300, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    club_slug = models.SlugField(max_length=60, blank=True)
    readers = models.CharField(max_length=20, default="public")
    position = models.PositiveSmallIntegerField(default=100)
    topic_count = models.PositiveIntegerField(default=0)
    post_count = models.PositiveIntegerField(default=0)
    last_post_at = models.DateTimeField(null=True)

    objects = BoardQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.title_zh, self.title_en)

    @property
    def about(self) -> str:
        """The description in the reader's language."""
        return in_language(self.about_zh, self.about_en)

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("forums:board", args=[self.slug])

    @property
    def open_url(self) -> str:
        """Where a topic is opened in it."""
        return reverse("forums:open", args=[self.slug])


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics by who may see them."""

    def visible_to(self, viewer: Any) -> TopicQuerySet:
        """Those of boards the viewer may read, without deleted ones."""
        return self.filter(deleted_at=None, board__readers__in=readers_of(viewer))


class Topic(models.Model):
    """A conversation. ``sequence`` grows with every change its readers should see at once."""

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
    sequence = models.PositiveBigIntegerField(default=0)

    objects = TopicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["board", "-pinned", "-last_post_at"], name="topic_board_latest"),
            models.Index(fields=["board", "-opened_at"], name="topic_board_newest"),
            models.Index(fields=["board", "-post_count"], name="topic_board_liveliest"),
            models.Index(fields=["-last_post_at"], name="topic_latest"),
            models.Index(fields=["author", "-opened_at"], name="topic_author"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its first page."""
        return _topic_address(self.pk, self.slug)

    def is_visible_to(self, viewer: Any) -> bool:
        """Whether somebody may read it, as ``visible_to`` of the queryset."""
        return self.deleted_at is None and self.board.readers in readers_of(viewer)

    @property
    def reply_count(self) -> int:
        """Posts after the first one."""
        return max(0, self.post_count - 1)

    @property
    def channel(self) -> str:
        """Where its news are announced."""
        return f"topic:{self.pk}"


@lru_cache(20_000)  # lists name dozens of topics, mostly the same ones
def _topic_address(pk: int, slug: str) -> str:
    return reverse("forums:topic", args=[pk, slug])


def topic_slug(title: str) -> str:
    """The readable part of a topic's address; Chinese stays Chinese."""
    return slugify(title, allow_unicode=True)[:60].strip("-") or "topic"


class Post(models.Model):
    """One floor (楼层) of a topic. ``html`` is rendered once; ``text`` is what it says without markup."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=PostKind.choices, default=PostKind.POST)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.TextField()
    html = models.TextField()
    text = models.TextField()
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    official = models.BooleanField(default=False)
    useful_count = models.PositiveIntegerField(default=0)
    same_count = models.PositiveIntegerField(default=0)
    score = models.IntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "number"], name="post_number_once")]
        indexes = [
            models.Index(fields=["author", "-written_at"], name="post_author"),
            models.Index(fields=["topic", "written_at"], name="post_topic_time"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.number}"

    @property
    def page(self) -> int:
        """The page of the topic it stands on."""
        return (self.number - 1) // PAGE + 1

    @property
    def version(self) -> str:
        """The mark of what it says now; of the first post together with the topic's title."""
        title = self.topic.title if self.number == 1 else ""
        return version_of(self.edited_at, self.source, title)

    def get_absolute_url(self) -> str:
        """Leads to the page it stands on."""
        return reverse("forums:post", args=[self.pk])


class Reference(models.Model):
    """A post that names a member, by @name or over a quotation, in any of its versions or in its topic's title.

    By it the name is found when the member is erased.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "post"], name="reference_once")]

    def __str__(self) -> str:
        return f"{self.post_id} names {self.member_id}"


class PostRevision(models.Model):
    """What a post said before an edit. A moderator may remove it: then it is known that there was one, and no more."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    source = models.TextField()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.post_id} until {self.replaced_at}"


class Reaction(models.Model):
    """One member's reaction to one post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reactions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "member", "kind"], name="reaction_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind} {self.post_id}"


class ImportedVote(models.Model):
    """A vote of an imported forum: up, down, or another kind that does not count."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="imported_votes")
    external_id = models.BigIntegerField()
    value = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        # Two dumps number their votes alike, so the number alone is not enough.
        constraints = [models.UniqueConstraint(fields=["post", "external_id"], name="imported_vote_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.value:+}"


class ReadState(models.Model):
    """How far a member has read a topic."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "topic"], name="read_state_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.topic_id}: {self.number}"


class BoardRead(models.Model):
    """Everything in the board up to this time counts as read."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "board"], name="board_read_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.board_id}: {self.until}"


class Upload(models.Model):
    """A picture a member put into a post."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.FileField(upload_to="posts/%Y/%m/")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file.name or ""


class Imported(models.Model):
    """Which thing of another system became which thing here; makes an import resumable and repeatable."""

    PEOPLE = ("Users", "Authors")  # the kinds that stand for members

    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=80)
    local_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "external_id"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.external_id}"

    @staticmethod
    def mark_of(source: str, kind: str, external_id: str) -> str:
        """What stands for the id of something of an erased member: the same each time, and leading back to nobody."""
        value = f"{source}\0{kind}\0{external_id}"
        return f"erased:{salted_hmac('paddock.forums.imported', value, algorithm='sha256').hexdigest()[:40]}"


class ImportedFigure(models.Model):
    """A number another system's export states about itself, to be counted again here."""

    source = models.CharField(max_length=80)
    name = models.CharField(max_length=20)
    external_id = models.CharField(max_length=80)
    value = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name", "external_id"], name="imported_figure_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.name} {self.external_id}: {self.value}"
