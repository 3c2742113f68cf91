"""Saved audiences, and who looked at whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Segment(models.Model):
    """A saved question; who is in it is asked anew each time."""

    name = models.CharField(_("name"), max_length=80)
    line = models.CharField(max_length=500)
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="segment_name_once")]

    def __str__(self) -> str:
        return self.name


class QuestionKind(models.TextChoices):
    """Where a question was asked."""

    LIST = "list", _("Audience")
    EXPORT = "export", _("Export")
    SEGMENT = "segment", _("Segment")
    COMMAND = "command", _("Command line")


class AudienceQuestion(models.Model):
    """A question asked of the audience. Without an actor an operator asked, on the command line."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("who asked")
    )
    kind = models.CharField(_("where"), max_length=10, choices=QuestionKind.choices)
    line = models.CharField(_("question"), max_length=500, blank=True)
    purpose = models.CharField(_("purpose"), max_length=20)
    channel = models.CharField(_("channel"), max_length=10)
    at = models.DateTimeField(_("when"), db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("question to the audience")
        verbose_name_plural = _("questions to the audience")

    def __str__(self) -> str:
        return self.line or self.purpose


class AccessKind(models.TextChoices):
    """The ways in which the brand's people look at a member."""

    LISTED = "listed", _("saw you in a list")
    COUNTED = "counted", _("counted you among few people")
    VIEWED = "viewed", _("opened your page")
    EXPORTED = "exported", _("exported your name")
    FILE = "file", _("read your whole file")


class AccessEntry(models.Model):
    """One look at one member. ``why`` is the question asked, without names. An operator at a terminal is actor 0.

    ``columns``: the headings of the file in which the member stands; none for other looks, and for files of before
    they were kept.
    """

    member_id = models.BigIntegerField()
    actor_id = models.BigIntegerField()
    actor_title = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10, choices=AccessKind.choices)
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=10, blank=True)
    why = models.CharField(max_length=500, blank=True)
    columns = models.JSONField(default=list, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["member_id", "-at"], name="access_member")]

    def __str__(self) -> str:
        return f"{self.kind} {self.member_id}"
