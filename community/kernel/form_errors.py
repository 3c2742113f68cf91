"""Refusals on their way to the reader: at a form's field, by way of the sign-in, or with what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from community.kernel.errors import Invalid, Outdated, PaddockError

LINE = 40  # characters; a longer value is shown as text
MOST_KEPT = 60_000  # characters; a post has 40,000 at most
_WRITTEN: set[str] = set()


class Versioned(Protocol):
    """What says by a version which state of it somebody saw."""

    @property
    def version(self) -> str:
        """Another one after every change."""
        ...


def register_written_fields(*names: str) -> None:
    """Have what people write in form fields of these names come back visibly, however short it is.

    Said beside the form: what has to be sent again is fields without their form.
    """
    _WRITTEN.update(names)


def add_refusal(form: Any, error: PaddockError) -> None:
    """Show a refusal at its field, or above the form; the page answers with its status."""
    form.add_error(error.field if error.field in form.fields else None, error.message)
    form.refused_with = error.status


def began_from(request: HttpRequest, found: Versioned) -> str:
    """The version of a thing that a form began from: its version now, until a form is sent.

    A form that does not say it fits no version: nothing is written over unseen.
    """
    return request.POST.get("version", "") if request.method == "POST" else found.version


def status_of(*forms: Any, outdated: Outdated | None = None) -> int:
    """The status of a page with forms: 200, 422 where one does not hold, or that of what one was refused with.

    None stands for a form that is not there. ``outdated`` is why a form comes back beside what was written meanwhile.
    """
    if outdated:
        return outdated.status
    failed = [form for form in forms if form is not None and form.is_bound and not form.is_valid()]
    return getattr(failed[0], "refused_with", Invalid.status) if failed else HTTPStatus.OK


def beside(form: Any, values: Mapping[str, Any], outdated: Outdated | None) -> dict[str, Any]:
    """Template context of a form that somebody else's change overtook: the refusal, and what each field holds now."""
    return {"outdated": outdated, "there": _there(form, values) if outdated else []}


def _there(form: Any, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is kept by now in each field of a form that began from something else: label and value, choices in words."""
    shown = []
    for name, field in form.fields.items():
        choices = {str(value): str(label) for value, label in getattr(field, "choices", ())}
        shown.append((str(field.label), choices.get(str(values[name]), str(values[name]))))
    return shown


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Whether a response asks the reader to sign in first."""
    return response.status_code == HTTPStatus.FOUND and response["Location"].startswith(resolve_url(settings.LOGIN_URL))


def fields_sent(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What a form sent, to be sent once more; None where it is too much or holds a secret."""
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
    ]
    secret = request.path.startswith("/account/") or any("password" in name for name, _value in fields)
    if secret or sum(len(name) + len(value) for name, value in fields) > MOST_KEPT:
        return None
    return fields


def shown_fields(fields: list[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """The fields for the page they are sent again from; the last says whether somebody wrote the value."""
    return [(name, value, _is_written(name, value)) for name, value in fields]


def _is_written(name: str, value: str) -> bool:
    return bool(value) and (name in _WRITTEN or "\n" in value or len(value) > LINE or not value.isascii())
