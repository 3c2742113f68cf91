"""Contests, their phases, ideas and votes."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community.kernel.api import Bilingual, version_of
from ideas.enums import SWITCHES, Decision, PhaseKind, Switches

PICTURES = "ideas/%Y/%m/"


class Contest(models.Model):
    """A question to the members, with dated phases. ``phase`` is the one last logged; the clock decides."""

    slug = models.SlugField(max_length=60, unique=True)
    title_en = models.CharField(_("title (English)"), max_length=160)
    title_zh = models.CharField(_("title (Chinese)"), max_length=160)
    title = Bilingual()
    phase = models.CharField(max_length=12, choices=PhaseKind.choices, default=PhaseKind.DRAFT)
    opened_at = models.DateTimeField()
    idea_count = models.PositiveIntegerField(default=0)
    sequence = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def channel(self) -> str:
        """Where its news are announced."""
        return f"contest:{self.pk}"

    @property
    def version(self) -> str:
        """The mark of what it is called now."""
        return version_of(self.title_en, self.title_zh)

    @property
    def phases_version(self) -> str:
        """The mark of when its phases begin now."""
        return version_of(*((phase.kind, phase.starts_at.astimezone(UTC)) for phase in self.phases.all()))

    def get_absolute_url(self) -> str:
        """The address of the contest's page."""
        return reverse("ideas:contest", args=[self.slug])

    def phase_at(self, now: datetime) -> PhaseKind:
        """The phase by the clock, whatever was logged so far."""
        return self.phase_by(self.moment(now))

    def phase_by(self, at: datetime) -> PhaseKind:
        """The phase at a time by the dates alone: for what happened then."""
        begun = [phase for phase in self.phases.all() if phase.starts_at <= at]
        return PhaseKind(max(begun, key=lambda phase: (phase.starts_at, phase.pk)).kind) if begun else PhaseKind.DRAFT

    def moment(self, now: datetime) -> datetime:
        """The time it is for the contest: a clock that is set back does not lead out of a phase that was entered."""
        return max((now, *(phase.starts_at for phase in self.phases.all() if phase.entered_at)))

    def switches_at(self, now: datetime) -> Switches:
        """What is allowed by the clock."""
        return SWITCHES[self.phase_at(now)]


class Phase(models.Model):
    """When a contest enters a phase; ``entered_at`` when that was logged."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="phases")
    kind = models.CharField(max_length=12, choices=PhaseKind.choices)
    starts_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["contest", "kind"], name="contest_phase_once")]
        indexes = [models.Index(fields=["starts_at"], condition=models.Q(entered_at=None), name="phase_to_enter")]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.kind}"


class IdeaQuerySet(models.QuerySet["Idea"]):
    """Ideas by who may see them."""

    def shown(self) -> IdeaQuerySet:
        """Those everybody may see and vote for: neither taken back nor set aside."""
        return self.filter(withdrawn_at=None, set_aside_at=None)


class Idea(models.Model):
    """An idea handed in. ``vote_count`` is secret until the contest shows counts.

    One that was set aside before the vote is its author's and the brand managers' only, with the reason.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="ideas")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=160)
    source = models.TextField()
    html = models.TextField()
    text = models.TextField()
    language = models.CharField(max_length=10, default="en")
    picture = models.FileField(upload_to=PICTURES, blank=True)
    submitted_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_reason = models.TextField(blank=True)
    vote_count = models.PositiveIntegerField(default=0)
    decision = models.CharField(max_length=12, choices=Decision.choices, default=Decision.NONE, blank=True)
    reason_en = models.TextField(blank=True)
    reason_zh = models.TextField(blank=True)
    reason = Bilingual()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = IdeaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "number"], name="idea_number_once"),
            models.CheckConstraint(condition=models.Q(vote_count__gte=0), name="idea_votes_not_negative"),
        ]
        indexes = [
            models.Index(fields=["picture"], condition=models.Q(set_aside_at__isnull=False), name="idea_aside_picture")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def version(self) -> str:
        """The mark of what it says now."""
        return version_of(self.edited_at, self.title, self.source)

    @property
    def decision_version(self) -> str:
        """The mark of what is decided of it now, and why."""
        return version_of(self.decision, self.reason_en, self.reason_zh)

    @property
    def slug(self) -> str:
        """The readable part of its address; Chinese stays Chinese."""
        return slugify(self.title, allow_unicode=True)[:60].strip("-") or "idea"

    def get_absolute_url(self) -> str:
        """The address of the idea's page."""
        return reverse("ideas:idea", args=[self.pk, self.slug])


class Vote(models.Model):
    """A member's one vote in a contest. The constraint is what makes it one; an erased voter leaves a nameless vote."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="votes")
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="votes")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contest", "voter"], name="one_vote_a_member")]

    def __str__(self) -> str:
        return f"{self.voter_id} for {self.idea_id}"


class VoteEvent(models.Model):
    """The history of votes: cast, moved, withdrawn. Never changed but for the number of a voter who is erased."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="+")
    voter_id = models.BigIntegerField(null=True)
    idea_id = models.BigIntegerField(null=True)
    previous_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["voter_id"], name="vote_event_voter")]

    def __str__(self) -> str:
        return f"{self.previous_id} to {self.idea_id}"
