"""Forms of the forums."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from community.kernel.markup import MAX_LENGTH


class PostForm(forms.Form):
    """A text, and a picture to go with it."""

    source = forms.CharField(
        label=_("Text"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown works: **bold**, - lists, > quotes, @names."),
    )
    picture = forms.FileField(label=_("Picture"), required=False)


class TopicForm(PostForm):
    """A title too."""

    title = forms.CharField(label=_("Title"), max_length=200)
    field_order = ["title", "source", "picture"]


class EditForm(forms.Form):
    """A changed text; the title too where the post is a topic's first."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    source = forms.CharField(label=_("Text"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 12}))
