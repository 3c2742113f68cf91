"""Refusals on their way to the reader: at a form's field, or by way of the sign-in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import resolve_url

from community.kernel.errors import PaddockError


def tell(form: Any, error: PaddockError) -> None:
    """Show a refusal at its field, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Whether a response asks the reader to sign in first."""
    return response.status_code == HTTPStatus.FOUND and response["Location"].startswith(resolve_url(settings.LOGIN_URL))
