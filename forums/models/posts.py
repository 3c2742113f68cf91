"""Posts, what they said before, whom they name, and the pictures in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from community.kernel.api import version_of
from forums.enums import PostKind, ReactionKind
from forums.models.topics import Topic, page_of

FOLDER = "posts/"
PICTURES = f"{FOLDER}%Y/%m/"


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
        return page_of(self.number)

    @property
    def removed(self) -> bool:
        """Whether somebody else than its author deleted it, which only moderators may."""
        return self.deleted_by_id not in {None, self.author_id}

    @property
    def version(self) -> str:
        """The mark of what it says now; of the first post together with the topic's title and tags."""
        topic = (self.topic.title, ",".join(self.topic.tags)) if self.number == 1 else ("", "")
        return version_of(self.edited_at, self.source, *topic)

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
    """What a post said before an edit. A moderator may remove it: then it is known that there was one, and no more.

    ``title`` and ``tags`` are the topic's before an edit of its first post; blank and None where they are not known.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    title = models.CharField(max_length=200, blank=True, default="")
    tags = models.JSONField(null=True, default=None)
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
    kind = models.CharField(max_length=10, choices=ReactionKind.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "member", "kind"], name="reaction_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind} {self.post_id}"


class Upload(models.Model):
    """A picture a member put into a post."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.FileField(upload_to=PICTURES)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["file"], name="upload_file")]

    def __str__(self) -> str:
        return self.file.name or ""


class PictureUse(models.Model):
    """A post that names a picture, by its file, in any of its versions: ``present`` where it does as it stands."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    present = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "post"], name="picture_use_once")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.name}"
