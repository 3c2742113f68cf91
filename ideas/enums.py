"""Phases and decisions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class PhaseKind(models.TextChoices):
    """The phases of a contest, in their usual order."""

    DRAFT = "draft", _("Draft")
    SUBMISSION = "submission", _("Ideas")
    SCREENING = "screening", _("Screening")
    VOTING = "voting", _("Vote")
    DECISION = "decision", _("Decision")
    RESULTS = "results", _("Results")
    CLOSED = "closed", _("Closed")


@dataclass(frozen=True)
class Switches:
    """What a phase allows."""

    visible: bool = True
    may_submit: bool = False
    may_vote: bool = False
    counts_visible: bool = False


SWITCHES = {
    PhaseKind.DRAFT: Switches(visible=False),
    PhaseKind.SUBMISSION: Switches(may_submit=True),
    PhaseKind.SCREENING: Switches(),
    PhaseKind.VOTING: Switches(may_vote=True),
    PhaseKind.DECISION: Switches(),
    PhaseKind.RESULTS: Switches(counts_visible=True),
    PhaseKind.CLOSED: Switches(counts_visible=True),
}


class Decision(models.TextChoices):
    """What the brand decided about an idea."""

    NONE = "", _("Not decided yet")
    ADOPTED = "adopted", _("Adopted")
    CONSIDERED = "considered", _("Worked on")
    REFUSED = "refused", _("Refused")
