"""Notifications."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Notification(models.Model):
    """Something a member should know. Repeats of one kind on one subject fold into one line until it is read."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    actor_ids = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=1)
    last_event_id = models.BigIntegerField()
    event_ids = models.JSONField(default=list)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "-at"], name="notification_latest"),
            models.Index(fields=["subject"], name="notification_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject"], condition=models.Q(read_at=None), name="notification_folded"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Retitled(models.Model):
    """Something that lately got another title: a relay may be writing the old one. Kept for an hour."""

    subject = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject


class MutedKind(models.Model):
    """A kind of notification a member does not want."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="muted_kind_once")]

    def __str__(self) -> str:
        return self.kind


class LiveMessage(models.Model):
    """A push on its way to the web processes of an installation without Redis; kept for a minute."""

    channel = models.CharField(max_length=60)
    body = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.channel
