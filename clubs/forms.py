"""Forms of clubs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clubs.models import ClubKind, MemberRole
from clubs.services import MAX_ABOUT, MAX_KEYWORD, MAX_MODEL, MAX_TITLE, MOST_KEYWORDS, MOST_MODELS
from community.kernel.api import register_written_fields

register_written_fields("slug", "title_en", "title_zh", "about_en", "about_zh", "keywords", "models", "username")


class Lines(forms.CharField):
    """Short texts, one a line, at most so many characters each."""

    def __init__(self, *, most: int, longest: int, rows: int, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, max_length=most * (longest + 2), widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        """A list as its lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """The lines; what is in them, the service says."""
        return str(super().clean(value)).splitlines()


class AboutForm(forms.Form):
    """What a club is about, in both languages."""

    about_en = forms.CharField(label=_("What it is about (English)"), max_length=MAX_ABOUT, required=False)
    about_zh = forms.CharField(label=_("What it is about (Chinese)"), max_length=MAX_ABOUT, required=False)


class ClubForm(AboutForm):
    """What a club is called, what it is about, and the words it is found by."""

    title_en = forms.CharField(label=_("Title (English)"), max_length=MAX_TITLE)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=MAX_TITLE)
    keywords = Lines(
        label=_("Keywords"),
        most=MOST_KEYWORDS,
        longest=MAX_KEYWORD,
        rows=3,
        help_text=_("One a line. Joining counts as interest in them; a brand club’s first one is its brand."),
    )
    models = Lines(
        label=_("Models"),
        most=MOST_MODELS,
        longest=MAX_MODEL,
        rows=6,
        help_text=_("One a line, for a brand club. New ones become keywords of the vocabulary."),
    )
    field_order: tuple[str, ...] = ("title_en", "title_zh", "about_en", "about_zh", "keywords", "models")


class NewClubForm(ClubForm):
    """A club that is to be made: what it is, and the last part of its address."""

    kind = forms.ChoiceField(label=_("What it is"), choices=ClubKind.choices, initial=ClubKind.CIRCLE)
    slug = forms.CharField(
        label=_("Address"),
        max_length=60,
        help_text=_("The last part of its web address, as in “better-boot”. It stays as it is."),
    )
    field_order = ("kind", "title_en", "title_zh", "slug", "about_en", "about_zh", "keywords", "models")


class RoleForm(forms.Form):
    """Who leads or hosts a club."""

    username = forms.CharField(label=_("User name"), max_length=150, help_text=_("Somebody who has joined the club."))
    role = forms.ChoiceField(
        label=pgettext_lazy("in a club", "Role"), choices=MemberRole.choices, initial=MemberRole.HOST
    )
