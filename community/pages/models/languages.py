"""In which language a reader gets a page: in theirs where it ever was in it, else in the one there is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from wagtail.models import Locale, Page


class RemovedTranslation(models.Model):
    """A translation that was published once and then deleted: its readers get no other language in its place."""

    translation_key = models.UUIDField()
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["translation_key", "locale"], name="removed_translation_once")
        ]

    def __str__(self) -> str:
        return f"{self.translation_key} {self.locale_id}"


def once_in(language: str) -> Q:
    """Pages that were published in a language, be it that they were taken down or deleted there since."""
    there = Q(translation_key=OuterRef("translation_key"), locale__language_code=language)
    published = Page.objects.filter(there).exclude(first_published_at=None)
    return Q(Exists(published)) | Q(Exists(RemovedTranslation.objects.filter(there)))


def withheld_from(language: str) -> Q:
    """Pages that readers of a language get in no language: in theirs they were taken down."""
    there = Q(translation_key=OuterRef("translation_key"), locale__language_code=language)
    return once_in(language) & ~Q(Exists(Page.objects.live().filter(there)))
