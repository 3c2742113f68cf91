"""Boards, and who may read them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.kernel.api import Bilingual, version_of
from community.members.api import has_role
from forums.enums import Readership


def readers_of(viewer: Any) -> list[str]:
    """The reader tokens a viewer holds in the forums."""
    tokens = [Readership.PUBLIC.value]
    if getattr(viewer, "is_authenticated", False):
        tokens.append(Readership.MEMBER.value)
        if has_role(viewer, "brand_manager", "marketer", "service_agent", "moderator"):
            tokens.append(Readership.STAFF.value)
    return tokens


class BoardQuerySet(models.QuerySet["Board"]):
    """Boards by who may see them."""

    def visible_to(self, viewer: Any) -> BoardQuerySet:
        """Those the viewer may read."""
        return self.filter(readers__in=readers_of(viewer))


class Board(models.Model):
    """A place for topics. ``readers`` is the token a reader needs."""

    slug = models.SlugField(max_length=60, unique=True)
    title_en = models.CharField(_("title (English)"), max_length=80)
    title_zh = models.CharField(_("title (Chinese)"), max_length=80)
    title = Bilingual()
    about_en = models.CharField(max_length=300, blank=True)
    about_zh = models.CharField(max_length=300, blank=True)
    about = Bilingual()
    club_slug = models.SlugField(max_length=60, blank=True)
    readers = models.CharField(max_length=20, choices=Readership.choices, default=Readership.PUBLIC)
    position = models.PositiveSmallIntegerField(default=100)
    topic_count = models.PositiveIntegerField(default=0)
    post_count = models.PositiveIntegerField(default=0)
    last_post_at = models.DateTimeField(null=True)

    objects = BoardQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(readers__in=Readership.values), name="board_readers_known")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of the board's page."""
        return reverse("forums:board", args=[self.slug])

    @property
    def version(self) -> str:
        """The mark of what is said of it now."""
        titles, abouts = (self.title_en, self.title_zh), (self.about_en, self.about_zh)
        return version_of(*titles, *abouts, self.readers, self.position)

    @property
    def readers_label(self) -> str:
        """Who reads it, in words."""
        return str(Readership(self.readers).label) if self.readers in Readership.values else self.readers

    @property
    def open_url(self) -> str:
        """Where a topic is opened in it."""
        return reverse("forums:open", args=[self.slug])
