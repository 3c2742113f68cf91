"""Health, readiness, the web app manifest and error pages."""

from __future__ import annotations

import sys
from contextlib import suppress
from http import HTTPStatus
from mimetypes import guess_type
from posixpath import normpath
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from community.kernel.addresses import full_path, way_back
from community.kernel.brand import brand_icon, brand_name
from community.kernel.caches import redis_is_away
from community.kernel.clock import now
from community.kernel.errors import Conflict, PaddockError, is_connection_lost
from community.kernel.failure import STYLE_SOURCE, page, words
from community.kernel.files import is_forgotten
from community.kernel.form_errors import fields_sent, shown_fields
from community.kernel.metrics import Metric, exposition
from community.kernel.queries import outbox_status
from community.kernel.slots import contributions

# What everybody may see who knows the address. Documents are not among it: theirs is /documents/, which asks.
PUBLIC = ("posts/", "ideas/", "images/", "original_images/", "avatar_images/")
PICTURES = {"image/webp", "image/jpeg", "image/png", "image/gif", "image/avif"}
MEDIA_SECONDS = 86_400
UNHEALTHY_AFTER_SECONDS = 300
RETRY_AFTER_SECONDS = "5"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say "ok": the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and facts are delivered; other parts report without failing the check."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        outbox = outbox_status(now())
    except Error:
        return JsonResponse({"database": "away"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    parts: dict[str, Any] = {name: state for part in contributions("readiness") for name, state in part.items()}
    if settings.REDIS_URL:
        parts["redis"] = "away" if redis_is_away() else "ok"
    behind = outbox.oldest_seconds > UNHEALTHY_AFTER_SECONDS
    body = {"database": "ok", "outbox": {"depth": outbox.depth, "oldest_seconds": round(outbox.oldest_seconds, 1)}}
    status = HTTPStatus.SERVICE_UNAVAILABLE if behind else HTTPStatus.OK
    return JsonResponse({**body, **parts}, status=status)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to the addresses that may read them. They are those of the whole installation."""
    if request.META.get("REMOTE_ADDR") not in settings.METRICS_FROM:
        raise Http404
    outbox = outbox_status(now())
    figures: list[Metric] = [
        Metric("outbox_waiting", "Facts not yet delivered", outbox.depth),
        Metric("outbox_oldest_seconds", "Age of the oldest of them", outbox.oldest_seconds),
        Metric("outbox_set_aside", "Facts set aside with an error", outbox.set_aside),
    ]
    if settings.REDIS_URL:
        figures.append(Metric("redis_away", "Whether this process does without Redis", redis_is_away()))
    for more in contributions("metrics"):
        figures += more
    return HttpResponse(exposition(figures), content_type=CONTENT_TYPE_LATEST)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to install the site."""
    address, kind, sizes = brand_icon()
    icons = [{"src": address, "sizes": sizes, "type": kind, "purpose": "any"}]
    body = {
        "name": f"{settings.PADDOCK_BRAND} Paddock",
        "short_name": settings.PADDOCK_BRAND,
        "start_url": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """An uploaded file of a public folder. Pictures are shown, anything else is saved: nothing uploaded runs here.

    The apps whose file it is may limit who sees it ("media.limited"). Nothing keeps such an answer: the limit may be
    lifted, or set again. A file that has to go is seen by nobody, also where its process did not come to remove it.
    """
    # No way around leads out of these folders, and no file's name holds what a database cannot compare it with.
    if not path.startswith(PUBLIC) or normpath(path) != path or "\0" in path or is_forgotten(path):
        raise Http404
    limits = contributions("media.limited", path)
    if all(allows(request.user) for allows in limits):
        response = _uploaded(path)
    else:
        response = HttpResponse(status=HTTPStatus.NOT_FOUND)
    if limits:
        add_never_cache_headers(response)
    else:
        patch_cache_control(response, private=True, max_age=MEDIA_SECONDS)
    return response


def _uploaded(path: str) -> HttpResponse:
    try:
        with default_storage.open(path) as file:
            body = file.read()
    except (OSError, ValueError) as error:  # no such file, a folder, or a name no file can have
        raise Http404 from error
    kind = guess_type(path)[0] or "application/octet-stream"
    response = HttpResponse(body, content_type=kind)
    if kind not in PICTURES:
        response["Content-Disposition"] = "attachment"
    return response


def problem(request: HttpRequest, *, status: int, title: str, message: str) -> HttpResponse:
    """A page that says what is wrong; JSON where that was asked for, the message alone for a part of a page."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": message}, status=status)
    if request.headers.get("HX-Request"):
        return _plain(message, status)
    context = {"title": title, "message": message, "status": int(status), "back": _page_before(request)}
    return render(request, "errors/problem.html", context, status=status)


def _page_before(request: HttpRequest) -> str:
    """The page of ours something was sent from; nothing where there is none."""
    sent_from = request.headers.get("Referer", "") if request.method == "POST" else ""
    with suppress(DisallowedHost):  # which is why this page is shown
        ours = f"{request.scheme}://{request.get_host()}/"
        return "/" + sent_from.removeprefix(ours).lstrip("/") if sent_from.startswith(ours) else ""
    return ""


def _plain(message: str, status: int) -> HttpResponse:
    """What page.js shows above the page an act was refused on."""
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")


def refused(request: HttpRequest, error: PaddockError) -> HttpResponse:
    """The page for one of our refusals. Nothing keeps it: a browser has a 410 for good, and what went may return."""
    later = _("Not possible now")
    titles = {403: _("Not for you"), 404: _("Not here"), 409: later, 410: _("No longer here"), 503: later}
    title = titles.get(error.status, _("That did not work"))
    response = problem(request, status=error.status, title=title, message=error.message)
    response["Cache-Control"] = "private, no-store"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of 404: what was asked for is not there, or not for this reader."""
    return problem(
        request,
        status=HTTPStatus.NOT_FOUND,
        title=_("Not here"),
        message=_("There is no such page, or it is not for you. Nothing is lost."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of 403: the role does not allow this."""
    return problem(
        request, status=HTTPStatus.FORBIDDEN, title=_("Not for you"), message=_("Your role does not allow this.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came back too late or from elsewhere.

    What was typed on a page of ours is offered for sending again. What another site sent is not: nobody typed it here.
    """
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    said = _("The form was open for too long. Nothing is lost: look at it once more and send it.")
    again = _again(request, said, HTTPStatus.FORBIDDEN) if ours else None
    message = _("The form was open for too long or came from another site. Go back, reload and send it again.")
    return again or problem(request, status=HTTPStatus.FORBIDDEN, title=_("Please send it again"), message=message)


def lock_conflict(request: HttpRequest) -> HttpResponse:
    """What the database ended because of somebody else's act: what was sent is offered for sending again."""
    error = Conflict(_("Something else happened at the same moment. Nothing was changed: try again."))
    again = _again(request, error.message, Conflict.status) if request.method == "POST" else None
    return again or refused(request, error)


def _again(request: HttpRequest, said: str, status: int) -> HttpResponse | None:
    """A page with what was sent, to be sent again; None for a part of a page, and for what cannot be shown."""
    whole = "application/json" not in request.headers.get("Accept", "") and not request.headers.get("HX-Request")
    fields = fields_sent(request) if whole else None
    if fields is None:
        return None
    context = {"path": full_path(request), "fields": shown_fields(fields), "files": bool(request.FILES), "said": said}
    return render(request, "errors/again.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for what is larger than a form may be."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        message = _("That is more than a form holds. Nothing was changed: go back and send less of it.")
        title = _("Too much at once")
        return problem(request, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, title=title, message=message)
    message = _("The request could not be understood.")
    return problem(request, status=HTTPStatus.BAD_REQUEST, title=_("That did not work"), message=message)


@csp_update({"style-src": [STYLE_SOURCE]})
def failed(request: HttpRequest, *args: Any) -> HttpResponse:
    """500, without database and templates; in the browser's language where the member's is unknown.

    503 where it was the database that did not answer.
    """
    away = is_connection_lost(sys.exception())
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(request)
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR
    with translation.override(language):
        if request.headers.get("HX-Request"):
            response = _plain(words(away=away)[1], status)
        else:
            text = page(
                language="zh-Hans" if language.startswith("zh") else "en",
                theme=request.COOKIES.get("theme", ""),
                brand=brand_name(),
                here=way_back(request) if request.method in {"GET", "HEAD"} else "/",
                away=away,
            )
            response = HttpResponse(text, status=status)
    if away:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response
