"""Forms of signing up and of the space."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm, SetPasswordForm, SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from community.kernel.api import Conflict, Invalid, now, number_in, register_written_fields
from community.members.adapter import LONGEST_ADDRESS
from community.members.models import MAX_KEYWORD, Member
from community.members.services import (
    MOST_CARS,
    CarEntry,
    address_taken,
    joined,
    require_few_keywords,
    require_free_name,
    require_free_username,
)

FIRST_YEAR, LAST_YEAR = 1900, 2100
PASSWORD = _("At least 10 characters that are not easy to guess.")
ROWS = "car"
register_written_fields("name", "about", "keywords")


class _NewPassword:
    """What a password must be, in our words."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD


class OtherPasswordForm(_NewPassword, ChangePasswordForm):
    """allauth's change of the password."""


class FirstPasswordForm(_NewPassword, SetPasswordForm):
    """allauth's password for who has none."""


class ForgottenPasswordForm(_NewPassword, ResetPasswordKeyForm):
    """allauth's new password for who forgot theirs."""


class ComeInForm(LoginForm):
    """allauth's sign-in with our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email or user name")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["login"].widget.attrs["maxlength"] = LONGEST_ADDRESS
        self.fields["login"].validators.append(MaxLengthValidator(LONGEST_ADDRESS))


class JoinForm(SignupForm):
    """allauth's sign-up with our rules for names."""

    name = forms.CharField(label=_("What shall we call you?"), max_length=60, required=False)

    field_order = ["name", "username", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("Others find and mention you by it. It stays.")
        self.fields["password1"].help_text = PASSWORD

    def clean_username(self) -> str:
        """Free, not reserved, not a look-alike."""
        try:
            return require_free_username(self.cleaned_data["username"])
        except Invalid as error:
            raise ValidationError(error.message) from error

    def clean_name(self) -> str:
        """No control characters, no name of the brand or of its people."""
        try:
            return require_free_name(self.cleaned_data["name"])
        except Invalid as error:
            raise ValidationError(error.message) from error

    def save(self, request: Any) -> Member:
        """The account, its address and the fact of joining in one transaction.

        Raises Conflict for a race. One for an address is not told as such: the next try is answered as for any other.
        """
        try:
            with transaction.atomic():
                member: Member = super().save(request)
        except IntegrityError as error:  # somebody was faster
            if address_taken(error):
                raise Conflict(gettext("That did not work just now. Send it once more.")) from error
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
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_name(self) -> str:
        """No name of the brand or of its people: said beside whatever else is wrong."""
        try:
            return require_free_name(self.cleaned_data["name"], member=self.member)
        except Invalid as error:
            raise ValidationError(error.message) from error

    def clean_keywords(self) -> list[str]:
        """The keywords as a list."""
        text = self.cleaned_data["keywords"].replace("，", ",").replace("、", ",").replace("\n", ",")
        words = [word.strip() for word in text.split(",") if word.strip()]
        too_long = [word for word in words if len(word) > MAX_KEYWORD]
        if too_long:
            raise ValidationError(_("“%(word)s” is longer than 40 characters."), params={"word": too_long[0]})
        try:
            return require_few_keywords(words)
        except Invalid as error:
            raise ValidationError(error.message) from error


class CarForm(forms.Form):
    """One car; a row without brand, model and year is no car."""

    brand = forms.CharField(label=_("Brand"), max_length=40, required=False)
    model = forms.CharField(label=_("Model"), max_length=60, required=False)
    year = forms.IntegerField(
        label=_("Year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        required=False,
        error_messages={"min_value": _("%(limit_value)s or later."), "max_value": _("%(limit_value)s or earlier.")},
    )

    def clean(self) -> dict[str, Any]:
        """Brand and model belong together."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and any(data.values()) and not (data.get("brand") and data.get("model")):
            missing = "model" if data.get("brand") else "brand"
            self.add_error(missing, _("A car needs a brand and a model."))
        return data

    def entry(self) -> CarEntry | None:
        """The car as an entry; None for an empty row."""
        data = self.cleaned_data
        return CarEntry(data["brand"], data["model"], data["year"]) if data.get("brand") else None


class BaseGarage(forms.BaseFormSet[CarForm]):
    """The rows of a garage."""

    def cars(self) -> list[CarEntry]:
        """The cars that were kept, in their order."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [entry for form in kept if (entry := form.entry())]

    def clean(self) -> None:
        """Not more cars than somebody may show."""
        if not any(self.errors) and len(self.cars()) > MOST_CARS:
            raise ValidationError(_("At most 10 cars."))

    def add_fields(self, form: CarForm, index: int | None) -> None:
        """Say which row a box for taking a car out belongs to."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take out")


# One empty row; a button asks for more. Some more than allowed are read, so that they can be refused.
Garage = cast(
    "type[BaseGarage]",
    forms.formset_factory(
        CarForm, formset=BaseGarage, extra=1, max_num=MOST_CARS, absolute_max=MOST_CARS + 5, can_delete=True
    ),
)


def with_another_row(data: QueryDict) -> QueryDict:
    """What was sent, with one more row in the garage."""
    more, rows = data.copy(), data.get(f"{ROWS}-TOTAL_FORMS", "")
    more[f"{ROWS}-TOTAL_FORMS"] = str(min((number_in(rows, 2) or 0) + 1, MOST_CARS))
    return more
