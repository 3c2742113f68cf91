"""What a member types in the mirror."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.members.api import Member, seen


class WeightForm(forms.Form):
    """A weight a member gives an interest."""

    weight = forms.FloatField(label=_("Weight, 0.1 to 10"))


class PauseForm(forms.Form):
    """Until which day nobody should write."""

    until = forms.DateField(
        label=_("No contact before"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class EraseForm(forms.Form):
    """The user name, typed once more."""

    username = forms.CharField(
        label=_("Type your user name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member

    def clean_username(self) -> str:
        """What was typed, if it is the member's user name as sign-in reads it. Raises ValidationError otherwise."""
        typed = seen(self.cleaned_data["username"])
        if typed.casefold() != seen(self._member.username).casefold():
            raise ValidationError(_("This is not your user name."))
        return typed
