"""The site's search box, and what crawlers ask for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import now, rate_limit
from community.members.api import Member, cards
from community.pages.services import hide_item, show_item
from community.search.api import PAGE_SIZE, ContentResult, SearchDown, kinds, search_content
from community.traces.api import record_search

MAX_WORDS = 200
LAST_PAGE = 500


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Topics, replies, ideas, clubs, members and articles one may see."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:MAX_WORDS]
    kind, sort = request.GET.get("kind", ""), request.GET.get("sort", "")
    page = _page(request.GET.get("page", "1"))
    context: dict[str, Any] = {"words": words, "kind": kind, "sort": sort, "page": page, "away": False}
    if words:
        rate_limit(request.user.pk or request.META.get("REMOTE_ADDR"), "search", now=now())
        context |= _answer(request, words, kind, sort, page)
    return render(request, "pages/search.html", context)


def _page(asked: str) -> int:
    known = asked.isascii() and asked.isdecimal() and len(asked) <= len(str(LAST_PAGE))
    return min(max(int(asked), 1), LAST_PAGE) if known else 1


def _answer(request: HttpRequest, words: str, kind: str, sort: str, page: int) -> dict[str, Any]:
    known = {one.kind for one in kinds()}
    chosen = [kind] if kind in known else []
    try:
        result = search_content(words, viewer=request.user, kinds=chosen, sort=sort, page=page)
    except SearchDown:
        _record(request, words, 0)
        return {"away": True, "result": ContentResult(0)}
    except ValueError:
        result = ContentResult(0)
    _record(request, words, result.total)
    people = cards(hit.found.by_id for hit in result.hits)
    counts = dict(result.facets.get("kind", []))
    return {
        "result": result,
        "lines": [(hit, people.get(hit.found.by_id or 0)) for hit in result.hits],
        "kinds": [(one.kind, one.label, counts.get(one.kind, 0)) for one in kinds()],
        "pages": max(1, -(-min(result.total, LAST_PAGE * PAGE_SIZE) // PAGE_SIZE)),
        "sorts": [("", _("Best match")), ("new", _("Newest")), ("lively", _("Liveliest"))],
    }


def _record(request: HttpRequest, words: str, found: int) -> None:
    """What somebody looks for tells as much when nothing answers."""
    member = request.user if isinstance(request.user, Member) else None
    record_search(member=member, words=words, found=found, now=now())


@require_POST
@login_required
def hide(request: HttpRequest) -> HttpResponse:
    """Take an item off one's first page, or put it back; the page offers the way back."""
    key = request.POST.get("key", "")
    rate_limit(request.user.pk, "react", now=now())
    if request.POST.get("act") == "show":
        show_item(member=request.user, key=key)
        return redirect("/")
    hide_item(member=request.user, key=key, now=now())
    if request.headers.get("HX-Request"):
        return render(request, "pages/hidden.html", {"key": key})
    return redirect(f"/?{urlencode({'hidden': key})}")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers should leave alone."""
    lines = ["User-agent: *", "Disallow: /me/", "Disallow: /account/", "Disallow: /workbench/", "Disallow: /search/"]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {settings.PADDOCK_URL}/sitemap.xml", ""]), content_type="text/plain"
    )
