"""Phases and decisions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PhaseKind(models.TextChoices):
    """The phases of a contest, in their usual order."""

    DRAFT = "draft", pgettext_lazy("phase", "Draft")
    SUBMISSION = "submission", pgettext_lazy("phase", "Ideas")
    SCREENING = "screening", pgettext_lazy("phase", "Screening")
    VOTING = "voting", pgettext_lazy("phase", "Vote")
    DECISION = "decision", pgettext_lazy("phase", "Decision")
    RESULTS = "results", pgettext_lazy("phase", "Results")
    CLOSED = "closed", pgettext_lazy("phase", "Closed")

    @property
    def standing(self) -> str:
        """How a contest stands in this phase."""
        return str(_STANDING[self])


_STANDING = {
    PhaseKind.DRAFT: pgettext_lazy("contest", "Draft"),
    PhaseKind.SUBMISSION: pgettext_lazy("contest", "Open for ideas"),
    PhaseKind.SCREENING: pgettext_lazy("contest", "Ideas are being checked"),
    PhaseKind.VOTING: pgettext_lazy("contest", "The vote is open"),
    PhaseKind.DECISION: pgettext_lazy("contest", "Being decided"),
    PhaseKind.RESULTS: pgettext_lazy("contest", "Decided"),
    PhaseKind.CLOSED: pgettext_lazy("contest", "Closed"),
}


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
    CONSIDERED = "considered", _("In the works")
    REFUSED = "refused", _("Refused")
