"""What is known of members, by their permission; all of it can be rebuilt from the kept facts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The stages of a member's life here, as profiles tell them."""

    CONSIDERATION = "consideration", _("Getting to know each other")
    GROWTH = "growth", _("Growing")
    STABLE = "stable", _("At home here")
    FADING = "fading", _("Seen less often")


class Signal(models.Model):
    """One reason for one interest: which keyword, from which act, when."""

    member_id = models.BigIntegerField()
    keyword = models.CharField(max_length=40)
    source = models.CharField(max_length=20)
    source_id = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    count = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
    event_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member_id", "source", "source_id", "keyword"], name="signal_once")
        ]

    def __str__(self) -> str:
        return f"{self.keyword} from {self.source} {self.source_id}"


class InterestControl(models.Model):
    """What a member said about an interest of theirs."""

    member_id = models.BigIntegerField()
    keyword = models.CharField(max_length=40)
    muted = models.BooleanField(default=False)
    weight = models.FloatField(null=True)
    added_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member_id", "keyword"], name="control_once")]

    def __str__(self) -> str:
        return self.keyword


class ActiveDay(models.Model):
    """How much a member did on a day."""

    member_id = models.BigIntegerField()
    day = models.DateField()
    acts = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member_id", "day"], name="active_day_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.acts}"


class Belonging(models.Model):
    """A club a member is in, as the facts tell."""

    member_id = models.BigIntegerField()
    club = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member_id", "club"], name="belonging_once")]

    def __str__(self) -> str:
        return self.club


class LongJSON(models.JSONField):
    """JSON for long values in bulk.

    On PostgreSQL Django binds bulk inserts as one array a column, in which psycopg escapes every quotation mark of the
    JSON in Python: that was 60 % of the time a profile took. A field that states its placeholder is bound a value each.
    """

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """What stands for the value in SQL."""
        return "%s"

    def deconstruct(self) -> Any:
        """For migrations it is what it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class Profile(models.Model):
    """What follows from all of it: interests with reasons, activity, stage.

    ``interests`` are the member's. ``staff_interests`` are those without what votes taught whose results are not there
    yet; None where there is no such vote. ``due_at``: when it is to be worked out anew without anybody doing anything.
    """

    member_id = models.BigIntegerField(primary_key=True)
    interests = LongJSON(default=list)
    staff_interests = LongJSON(null=True)
    stage = models.CharField(max_length=16, choices=Stage.choices, blank=True)
    stage_reason = models.JSONField(default=dict)
    last_active_at = models.DateTimeField(null=True)
    active_days = models.PositiveIntegerField(default=0)
    acts = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="profile_due")]

    def __str__(self) -> str:
        return str(self.member_id)

    @property
    def for_staff(self) -> Any:
        """The interests as the brand's people may have them."""
        return self.interests if self.staff_interests is None else self.staff_interests
