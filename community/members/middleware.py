"""The reader's language, pages nobody keeps, account forms that did not hold, acts sent after a session ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from community.kernel.api import PaddockError, fields_sent, full_path, leads_to_sign_in, now, rate_limit
from community.members.sessions import KEPT

SAFE = {"GET", "HEAD"}
LAPSED, LOST = "lapsed", "lapsed-lost"


class LanguageMiddleware:
    """Activates the language of a request: the member's choice, else the cookie, else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the language around the view."""
        language = translation.get_language_from_request(request)
        if request.user.is_authenticated:
            language = request.user.language
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


class PersonalMiddleware:
    """A page of somebody signed in is kept by nobody, nor by their browser: not even "back" shows it to the next.

    Nor are the steps of joining and signing in, which name addresses.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave alone what says itself how long it may be kept: pictures, what is the same for everybody."""
        response = self.get_response(request)
        named = request.user.is_authenticated or request.path.startswith("/account/")
        if named and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


TOO_MANY = "too_many_login_attempts"  # allauth's code


class AccountFormMiddleware:
    """allauth answers 200 to a form with errors; here that is 422, and 429 after too many tries, as everywhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response as it is; forms with errors are changed as their page is rendered."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Change the status of an account page whose form came back with errors."""
        if request.method == "POST" and request.path.startswith("/account/") and response.status_code == HTTPStatus.OK:
            forms = [value for name, value in (response.context_data or {}).items() if name.endswith("form")]
            failed = [form for form in forms if getattr(form, "errors", None)]
            if failed:
                tried = any(error.code == TOO_MANY for form in failed for error in _errors(form))
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS if tried else HTTPStatus.UNPROCESSABLE_ENTITY
        return response


def _errors(form: BaseForm) -> Iterable[ValidationError]:
    return chain.from_iterable(form.errors.as_data().values())


class LapsedMiddleware:
    """What somebody sends after their session has ended is kept while they sign in, and offered for sending again.

    Sessions end while people write. Without this the way through the sign-in page would lose the text, and lead to the
    address of an act, which has no page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; then keep what was refused for want of a session, and lead from an act's address to its page."""
        response = self.get_response(request)
        if request.method == "POST":
            if request.user.is_authenticated:
                _forget(request)
            elif leads_to_sign_in(response) and not request.headers.get("HX-Request"):
                return _to_sign_in(request) or response
        elif response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method in SAFE:
            return _to_its_page(request) or response
        return response


def _to_sign_in(request: HttpRequest) -> HttpResponse | None:
    """To the sign-in, and from there to what was sent; None where it is not kept.

    Each address keeps only so much: every guest who sends something costs a row in the database.
    """
    fields = fields_sent(request)
    if fields is None:
        return None
    try:
        rate_limit(request.META.get("REMOTE_ADDR"), "lapsed", now=now())
    except PaddockError:
        lost = _(
            "Sign in first. What you wrote is not kept, because a lot was sent from your network without signing in. "
            "The page before may still have it."
        )
        _say_once(request, lost, LOST)
        return None
    _keep(request, fields)
    _say_once(request, _("Sign in first. What you wrote is kept, and can be sent after that."), LAPSED)
    query = urlencode({"next": reverse("members:resume")})
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")


def _keep(request: HttpRequest, fields: list[tuple[str, str]]) -> None:
    kept: dict[str, Any] = {"path": full_path(request), "fields": fields, "at": now().timestamp()}
    request.session[KEPT] = kept | {"files": bool(request.FILES)}


def _say_once(request: HttpRequest, text: str, tag: str) -> None:
    """Say it, unless it waits to be read already: whoever sends on without looking finds it once."""
    waiting: Any = messages.get_messages(request)
    said = any(message.extra_tags == tag for message in waiting)
    waiting.used = False  # they were looked through, not shown
    if not said:
        messages.info(request, text, extra_tags=tag)


def _forget(request: HttpRequest) -> None:
    kept = request.session.get(KEPT)
    if kept and kept["path"] == full_path(request):
        del request.session[KEPT]


def _to_its_page(request: HttpRequest) -> HttpResponse | None:
    """The address of an act, reloaded: the page of the thing it acts on stands one step up."""
    parent = f"{request.path.rstrip('/').rpartition('/')[0]}/"
    try:
        resolve(parent)
    except Resolver404:
        return None
    return HttpResponseRedirect(parent)
