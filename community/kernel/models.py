"""The outbox: every fact, kept until its member is erased, and how far its delivery is. And files that have to go."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class OutboxState(models.TextChoices):
    """Where a fact stands."""

    PENDING = "pending"
    HANDLED = "handled"
    SET_ASIDE = "set_aside"


class OutboxEvent(models.Model):
    """One published fact. All facts of a member are in one ``lane``, and a lane is held by one relay at a time."""

    LANES = 64

    name = models.CharField(max_length=80)
    member_id = models.BigIntegerField()
    lane = models.PositiveSmallIntegerField()
    payload = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    published_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=OutboxState.choices, default=OutboxState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["lane", "id"], condition=models.Q(state="pending"), name="outbox_pending"),
            models.Index(fields=["id"], condition=models.Q(state="pending"), name="outbox_pending_oldest"),
            models.Index(fields=["id"], condition=models.Q(state="set_aside"), name="outbox_set_aside"),
            models.Index(fields=["member_id", "id"], name="outbox_member"),
            models.Index(fields=["name", "id"], name="outbox_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class OutboxLane(models.Model):
    """A slice of the members, held by one relay at a time."""

    number = models.PositiveSmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.number)


class ForgottenFile(models.Model):
    """An uploaded file that is to be removed, until it is; ``at`` that time, unless something comes to name it."""

    name = models.CharField(max_length=255)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["name"], name="forgotten_file_name")]  # asked for every picture that is sent

    def __str__(self) -> str:
        return self.name
