"""Notices visits that come from a search engine."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from community.kernel.api import now
from community.members.api import Member
from community.traces.services import asked_by_reader, record_referrer


class ReferrerMiddleware:
    """Records the words of a search-engine referrer, for members who permit it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer first; then write down."""
        response = self.get_response(request)
        referrer = request.headers.get("Referer", "")
        member = request.user if isinstance(request.user, Member) else None
        if member and referrer and request.method == "GET" and asked_by_reader(request, from_elsewhere=True):
            record_referrer(member=member, referrer=referrer, now=now())
        return response
