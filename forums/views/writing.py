"""What a form of the forums says: its text with its picture, and how that would look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from community.kernel.api import PaddockError, add_refusal, now, rate_limit, status_of
from community.kernel.plain import language_of_html
from community.members.api import require_member
from forums import services

FILE = "picture"


def with_picture(request: HttpRequest, form: Any) -> str:
    """The text of a form that holds, with the picture sent beside it below the text.

    The form has it in its text from then on, should it have to be sent again: files do not come back by themselves.
    """
    source: str = form.cleaned_data["source"]
    file = form.cleaned_data.get(FILE)
    if not file:
        return source
    rate_limit(request.user.pk, "upload", now=now())
    picture = services.store_picture(member=require_member(request), file=file, now=now())
    source = f"{source}\n\n{services.markdown_of(picture, form.cleaned_data['alt'])}"
    form.data = form.data.copy()
    form.data["source"], form.data["alt"] = source, ""
    return source


def is_preview(request: HttpRequest) -> bool:
    """Whether the button that shows the text was pressed, not the one that sends it."""
    return "preview" in request.POST


def preview(request: HttpRequest, template: str, context: dict[str, Any], *, before: str = "") -> HttpResponse:
    """The page with its form again and what the text would look like above it; for htmx that alone. Nothing is kept.

    ``before`` is what a reply begins with. A file has to be chosen again, which the page says.
    """
    form = context["form"]
    try:
        rate_limit(request.user.pk, "preview", now=now())
        html = services.rendered(before + request.POST.get("source", ""))
    except PaddockError as error:
        if request.headers.get("HX-Request"):
            raise
        form.is_valid()
        add_refusal(form, error)
        return render(request, template, context, status=status_of(form))
    shown = {"html": html, "language": language_of_html(html), "lost_file": FILE in request.FILES}
    if request.headers.get("HX-Request"):
        return render(request, "forums/preview.html", {"preview": shown})
    fields = {name: request.POST.get(form.add_prefix(name), "") for name in form.fields if name != FILE}
    form.is_bound, form.initial = False, form.initial | fields  # nothing is wrong with it yet
    return render(request, template, {**context, "preview": shown})
