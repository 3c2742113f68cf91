"""Who asks when proxies stand between, requests nobody's browser makes, what may run in a page, refusals as pages."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from csp.constants import SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from community.kernel.errors import PaddockError, is_lock_conflict
from community.kernel.form_errors import leads_to_sign_in
from community.kernel.views import bad_request, lock_conflict, not_found, problem, refused

LONGEST_ADDRESS = 16_000  # each of its two parts
MANY_DIGITS = re.compile(r"\d{101}")


class ProxyMiddleware:
    """The address of whoever asks, as the trusted proxies in front saw it; what others claim does not count."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Each proxy appends the address it was called from, so ours is as many from the end as there are proxies."""
        passed = request.headers.get("X-Forwarded-For", "").split(",")
        if 0 < settings.PROXIES <= len(passed):
            request.META["REMOTE_ADDR"] = passed[-settings.PROXIES].strip() or request.META["REMOTE_ADDR"]
        return self.get_response(request)


class MalformedAddressMiddleware:
    """Refuses addresses that lead nowhere and would only break what reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Python reads no number of over 4,300 digits, and SQLite no pattern of over 50,000 bytes.

        Nor does Python read text in all that has the name of an encoding; browsers send UTF-8.
        """
        if not _is_utf8(request.encoding):
            return bad_request(request, BadRequest())
        if max(len(request.path_info), len(request.META.get("QUERY_STRING", ""))) > LONGEST_ADDRESS:
            return problem(
                request,
                status=HTTPStatus.REQUEST_URI_TOO_LONG,
                title=_("That did not work"),
                message=_("The question is too long."),
            )
        if MANY_DIGITS.search(request.path_info):
            return not_found(request, Http404())
        return self.get_response(request)


def _is_utf8(encoding: str | None) -> bool:
    # Django keeps only names that Python knows.
    return encoding is None or codecs.lookup(encoding).name == "utf-8"


class BodyLimitMiddleware:
    """Refuses a body longer than any form with its pictures, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """413, by the length the request names; what names none is counted by the web process as it arrives."""
        if _length(request) > settings.REQUEST_BODY_BYTES:
            return bad_request(request, RequestDataTooBig())
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:  # no number: a server takes nothing in then
        return 0


class PolicyMiddleware(CSPMiddleware):
    """What may run in a page. The back offices of Wagtail and Django have a laxer policy than our own pages."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The policy of the back office the address is in, else that of our pages."""
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        offices = settings.BACK_OFFICE_POLICIES.items()
        parts.config = next((own for prefix, own in offices if request.path_info.startswith(prefix)), parts.config)
        if getattr(request, "is_preview", False):  # Wagtail shows a draft beside the form it is written in
            parts.replace = {"frame-ancestors": [SELF]}
        return parts


class RefusalMiddleware:
    """A PaddockError that no form caught becomes a page with its message and status; for htmx the message alone.

    So does the rare case of two acts that each held what the other needed: one was ended by the database, whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; a sign-in page that htmx would put into a small place of the page takes the whole page instead."""
        response = self.get_response(request)
        if request.headers.get("HX-Request") and leads_to_sign_in(response):
            return HttpResponse(headers={"HX-Redirect": _login_url(request)})
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a refusal; other exceptions go their way."""
        if is_lock_conflict(exception):
            return lock_conflict(request)
        return refused(request, exception) if isinstance(exception, PaddockError) else None


def _login_url(request: HttpRequest) -> str:
    # Back to the page the reader was on: the act itself cannot be repeated by a link.
    try:
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    except ValueError:  # no address at all
        here = "/"
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here})}"
