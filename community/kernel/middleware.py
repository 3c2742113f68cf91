"""Turns our refusals into pages."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from community.kernel.errors import PaddockError
from community.kernel.views import refused


class RefusalMiddleware:
    """A PaddockError that no form caught becomes a page with its message and status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; a sign-in page that htmx would put into a small place of the page takes the whole page instead."""
        response = self.get_response(request)
        if request.headers.get("HX-Request") and _leads_to_sign_in(response):
            return HttpResponse(headers={"HX-Redirect": _login_url(request)})
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a refusal; other exceptions go their way."""
        return refused(request, exception) if isinstance(exception, PaddockError) else None


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == HTTPStatus.FOUND and response["Location"].startswith(resolve_url(settings.LOGIN_URL))


def _login_url(request: HttpRequest) -> str:
    # Back to the page the reader was on: the act itself cannot be repeated by a link.
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here.path or '/'})}"
