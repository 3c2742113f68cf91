"""Forms of contests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.enums import Decision
from ideas.services import MAX_TEXT, MAX_TITLE


def moment(label: Any) -> forms.DateTimeField:
    """A field for a day and an hour."""
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))


class IdeaForm(forms.Form):
    """An idea."""

    title = forms.CharField(label=_("Your idea in one line"), max_length=MAX_TITLE)
    source = forms.CharField(
        label=_("How it works and whom it helps"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    picture = forms.FileField(label=_("Picture"), required=False)


class DecisionForm(forms.Form):
    """What the brand does with an idea."""

    decision = forms.ChoiceField(label=_("Decision"), choices=[c for c in Decision.choices if c[0]])
    reason_en = forms.CharField(label=_("Reason (English)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    reason_zh = forms.CharField(label=_("Reason (Chinese)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ContestForm(forms.Form):
    """A contest with the beginnings of its phases."""

    slug = forms.SlugField(label=_("Address"), max_length=60)
    title_en = forms.CharField(label=_("Title (English)"), max_length=160)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=160)
    submission = forms.DateTimeField(
        label=_("Ideas from"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    voting = moment(_("Vote from"))
    decision = forms.DateTimeField(
        label=_("Decision from"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    results = moment(_("Results from"))
