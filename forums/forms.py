"""Forms of the forums."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.kernel.api import register_written_fields
from community.kernel.markup import MAX_ALT, MAX_LENGTH
from forums.enums import Readership
from forums.services import LAST, MAX_ABOUT, MAX_BOARD_TITLE

MARKDOWN = _("Markdown works: **bold**, - lists, > quotes, @names.")
TAGS = _("Up to three, with commas between.")
register_written_fields("title", "tags", "source", "alt", "slug", "title_en", "title_zh", "about_en", "about_zh")


class PicturedForm(forms.Form):
    """A picture to go with a text, and what it shows."""

    picture = forms.FileField(label=_("Picture"), required=False)
    alt = forms.CharField(label=_("What the picture shows"), max_length=MAX_ALT, required=False)


class PostForm(PicturedForm):
    """A text, and a picture to go with it. ``draft``: under what the text is kept on the device while it is written."""

    source = forms.CharField(
        label=_("Text"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 8}), help_text=MARKDOWN
    )

    def __init__(self, *args: Any, draft: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if draft:
            self.fields["source"].widget.attrs["data-draft"] = draft


class ReplyForm(PostForm):
    """A reply, perhaps with a quotation before it."""

    quote = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.fields["source"]
        source.help_text = ""
        source.widget.attrs |= {"rows": 2, "placeholder": _("Reply to the topic")}


class TopicForm(PostForm):
    """A title too, and tags."""

    title = forms.CharField(label=_("Title"), max_length=200)
    tags = forms.CharField(label=_("Tags"), max_length=200, required=False, help_text=TAGS)

    def __init__(self, *args: Any, draft: str = "", **kwargs: Any) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        if draft:
            for name in ("title", "tags"):
                self.fields[name].widget.attrs["data-draft"] = f"{draft}:{name}"


class EditForm(PicturedForm):
    """A changed text, perhaps with a picture more; title and tags of a topic's first post.

    Moderators may have the old text forgotten.
    """

    title = forms.CharField(label=_("Title"), max_length=200)
    # However many an import brought; the service says what is too much.
    tags = forms.CharField(label=_("Tags"), required=False, help_text=TAGS)
    source = forms.CharField(
        label=_("Text"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 12}), help_text=MARKDOWN
    )
    forget = forms.BooleanField(label=_("Remove the old text from the history, for good"), required=False)


class BoardForm(forms.Form):
    """What a board is called, what it is about, who reads it and where it stands."""

    title_en = forms.CharField(label=_("Title (English)"), max_length=MAX_BOARD_TITLE)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=MAX_BOARD_TITLE)
    about_en = forms.CharField(label=_("What it is about (English)"), max_length=MAX_ABOUT, required=False)
    about_zh = forms.CharField(label=_("What it is about (Chinese)"), max_length=MAX_ABOUT, required=False)
    readers = forms.ChoiceField(
        label=_("Who reads it"),
        choices=Readership.choices,
        initial=Readership.PUBLIC,
        help_text=_("Whoever reads it may write in it too, once signed in. Search follows within a minute or so."),
    )
    position = forms.IntegerField(
        label=_("Place in the list"),
        min_value=0,
        max_value=LAST,
        initial=100,
        help_text=_("Smaller numbers stand first; among equal ones the older board."),
    )


class NewBoardForm(BoardForm):
    """A board that is to be made, with the last part of its address."""

    slug = forms.CharField(
        label=_("Address"),
        max_length=60,
        help_text=_("The last part of its web address, as in “better-boot”. It stays as it is."),
    )
    field_order = ("title_en", "title_zh", "slug")
