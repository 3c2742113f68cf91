"""What an address asks for of a contest's ideas: which page, with which words, in whose order."""

from __future__ import annotations

import secrets
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from community.kernel.api import one_line, page_in, rate_limit
from community.traces.api import record_search_of
from ideas import queries
from ideas.models import Contest

ORDER_COOKIE, ORDER_LENGTH = "ideas_order", 32
MAX_WORDS = 100


def words_in(request: HttpRequest) -> str:
    """What ideas are searched by."""
    return one_line(request.GET.get("q", ""), MAX_WORDS)


def page_asked(
    request: HttpRequest, found: Contest, seed: str, voted_for: int | None, now: datetime
) -> queries.IdeaPage:
    """The page of ideas an address asks for; out of reach, the last one."""
    words, page = words_in(request), page_in(request.GET.get("page"))
    return queries.idea_page(found, request.user, now=now, seed=seed, words=words, page=page, voted_for=voted_for)


def limit_searches(request: HttpRequest, now: datetime, action: str = "search") -> None:
    """A search of ideas counts as any other. Raises TooMany."""
    if words_in(request):
        rate_limit(request.user.pk or request.META.get("REMOTE_ADDR"), action, now=now)


def record(request: HttpRequest, *, found: int, now: datetime) -> None:
    """What somebody looks for among the ideas tells as much as what they look for elsewhere."""
    if words := words_in(request):
        record_search_of(request, words=words, found=found, now=now)


def query_of(words: str, page: int) -> str:
    """What an address says beyond the first page of all ideas."""
    values = ({"q": words} if words else {}) | ({"page": page} if page > 1 else {})
    return f"?{urlencode(values)}" if values else ""


def order_of(request: HttpRequest) -> str:
    """What the reader's own order of ideas grows from: the account, or a guest's own random mark."""
    return str(request.user.pk or request.COOKIES.get(ORDER_COOKIE, "")[:ORDER_LENGTH] or secrets.token_urlsafe(9))


def keep_order(response: HttpResponse, request: HttpRequest, seed: str) -> HttpResponse:
    """Let a guest keep their order until the browser is closed. The mark says nothing about them."""
    if not request.user.is_authenticated and request.COOKIES.get(ORDER_COOKIE) != seed:
        response.set_cookie(ORDER_COOKIE, seed, httponly=True, samesite="Lax", secure=request.is_secure())
    return response
