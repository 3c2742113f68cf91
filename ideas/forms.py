"""Forms of contests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.kernel.api import register_written_fields
from ideas.enums import Decision, PhaseKind
from ideas.services import MAX_REASON, MAX_SHORT_REASON, MAX_TEXT, MAX_TITLE

register_written_fields("title", "source", "reason", "reason_en", "reason_zh", "title_en", "title_zh")


def moment(label: Any, *, required: bool = True) -> forms.DateTimeField:
    """A field for a day and an hour."""
    # Browsers read and write this one format, whatever the language.
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, required=required)


class LongText(forms.CharField):
    """A text of several lines. A browser sends each break as two characters and counts one; so do we."""

    def to_python(self, value: Any) -> Any:
        """The text as it is kept and counted."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class IdeaForm(forms.Form):
    """A form for an idea: its title, its text and a picture."""

    title = forms.CharField(label=_("Your idea in one line"), max_length=MAX_TITLE)
    source = LongText(
        label=_("How it works and whom it helps"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    picture = forms.FileField(label=_("Picture"), required=False)


class DecisionForm(forms.Form):
    """What the brand does with an idea."""

    decision = forms.ChoiceField(label=_("Decision"), choices=[c for c in Decision.choices if c[0]])
    reason_en = LongText(label=_("Reason (English)"), max_length=MAX_REASON, widget=forms.Textarea(attrs={"rows": 3}))
    reason_zh = LongText(label=_("Reason (Chinese)"), max_length=MAX_REASON, widget=forms.Textarea(attrs={"rows": 3}))


class ScreeningForm(forms.Form):
    """Why an idea does not come to the vote."""

    reason = LongText(
        label=_("Reason for the author"), max_length=MAX_SHORT_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )


class PhasesForm(forms.Form):
    """When the phases of a contest begin; those nobody gave a time for there are not."""

    submission = moment(_("Ideas from"))
    screening = moment(_("Screening from"), required=False)
    voting = moment(_("Vote from"))
    decision = moment(_("Decision from"))
    results = moment(_("Results from"))
    closed = moment(_("Closed from"), required=False)

    def phases(self) -> list[tuple[str, datetime]]:
        """The phases in their order."""
        return [(kind, at) for kind in PhaseKind.values if (at := self.cleaned_data.get(kind))]


class TitlesForm(forms.Form):
    """What a contest is called."""

    title_en = forms.CharField(label=_("Title (English)"), max_length=MAX_TITLE)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=MAX_TITLE)


class ContestForm(PhasesForm):
    """A contest with the beginnings of its phases."""

    slug = forms.SlugField(
        label=_("Address"), max_length=60, help_text=_("The last part of its web address, as in “better-boot”.")
    )
    title_en = forms.CharField(label=_("Title (English)"), max_length=MAX_TITLE)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=MAX_TITLE)
    field_order = ("title_en", "title_zh", "slug")
