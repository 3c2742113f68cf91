"""Forms of signing up and of the space."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from community.kernel.api import Conflict, Invalid, now
from community.members.models import Member
from community.members.names import clean_shown_name
from community.members.services import CarEntry, joined, require_free_username

FIRST_YEAR, LAST_YEAR = 1900, 2100


class ComeInForm(LoginForm):
    """allauth's sign-in with our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email or user name")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class JoinForm(SignupForm):
    """allauth's sign-up with our rules for names."""

    name = forms.CharField(label=_("What shall we call you?"), max_length=60, required=False)

    field_order = ["name", "username", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("Others find and mention you by it. It stays.")
        self.fields["password1"].help_text = _("At least 10 characters that are not easy to guess.")

    def clean_username(self) -> str:
        """Free, not reserved, not a look-alike."""
        try:
            return require_free_username(self.cleaned_data["username"])
        except Invalid as error:
            raise ValidationError(error.message) from error

    def clean_name(self) -> str:
        """No control characters, no name of the brand."""
        return clean_shown_name(self.cleaned_data["name"])

    def save(self, request: Any) -> Member:
        """The account, its address and the fact of joining in one transaction. Raises Conflict for a race."""
        try:
            with transaction.atomic():
                member: Member = super().save(request)
        except IntegrityError as error:  # somebody was faster
            raise Conflict(gettext("This name is taken, or looks like one that is.")) from error
        return member

    def custom_signup(self, request: Any, user: Member) -> None:
        """Keep name and language and make the joining known."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        user.save(update_fields=["name", "language", "skeleton"])
        joined(member=user, now=now())


class KeyForm(AddWebAuthnForm):
    """allauth's new key with our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        alone = self.fields["passwordless"]
        alone.label = _("Sign in with this key alone")
        alone.help_text = _("Without a password; the key asks for a fingerprint, a face or its PIN instead.")


class KeyNameForm(EditWebAuthnForm):
    """allauth's renaming of a key with our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")


class SpaceForm(forms.Form):
    """The whole space on one page; works without scripts."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    about = forms.CharField(
        label=_("About you"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        max_length=900,
        required=False,
        help_text=_("What you care about, separated by commas. Up to 20."),
    )
    cars = forms.CharField(
        label=_("Garage"),
        max_length=1200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One car a line: brand, model, year."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean_name(self) -> str:
        """No name of the brand."""
        return clean_shown_name(self.cleaned_data["name"])

    def clean_keywords(self) -> list[str]:
        """The keywords as a list."""
        text = self.cleaned_data["keywords"].replace("，", ",").replace("、", ",").replace("\n", ",")
        words = [word.strip() for word in text.split(",") if word.strip()]
        too_long = [word for word in words if len(word) > 40]  # noqa: PLR2004 - the column's length
        if too_long:
            raise ValidationError(_("“%(word)s” is longer than 40 characters."), params={"word": too_long[0]})
        return words

    def clean_cars(self) -> list[CarEntry]:
        """The cars as entries."""
        lines = [line.strip() for line in self.cleaned_data["cars"].splitlines() if line.strip()]
        return [car_from(line) for line in lines]


def car_from(line: str) -> CarEntry:
    """``brand, model, year`` as an entry; the year may be missing. Raises ValidationError for another form."""
    parts = [part.strip() for part in line.replace("，", ",").split(",")]
    year = None
    if parts[-1].isascii() and parts[-1].isdecimal():
        year = int(parts.pop())
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValidationError(_("“%(line)s”: the year should have four digits."), params={"line": line})
    if len(parts) != 2 or not all(parts):  # noqa: PLR2004 - brand and model
        raise ValidationError(_("“%(line)s”: write brand, model, year."), params={"line": line})
    return CarEntry(parts[0], parts[1], year)
