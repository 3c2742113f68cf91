"""Boards as pages."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import now, rate_limit
from community.members.api import Role, has_role
from forums import queries, services
from forums.models import Board

TOPICS_A_PAGE = 30
LONGEST_TAG = 200  # an import may bring longer ones than members write
SHOWN = {
    "": gettext_lazy("All"),
    "unread": gettext_lazy("Unread"),
    "waiting": gettext_lazy("No answer yet"),
    "answered": gettext_lazy("Answered"),
    "yours": gettext_lazy("Yours"),
    queries.DELETED: pgettext_lazy("topics", "Deleted"),
}
ORDERED = {"": gettext_lazy("Latest reply"), "new": gettext_lazy("Newest"), "lively": gettext_lazy("Most replies")}


@require_safe
def boards(request: HttpRequest) -> HttpResponse:
    """All boards one may read."""
    found = Board.objects.visible_to(request.user)
    return render(request, "forums/boards.html", {"rows": queries.board_rows(found, request.user), "section": "clubs"})


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Where the new topic belongs."""
    found = Board.objects.visible_to(request.user)
    return render(request, "forums/choose.html", {"boards": found, "section": "clubs"})


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The topics of a board."""
    place = get_object_or_404(Board.objects.visible_to(request.user), slug=slug)
    offered = _offered(request.user)
    show, order = request.GET.get("show", ""), request.GET.get("order", "")
    show, order = show if show in offered else "", order if order in queries.ORDERS else ""
    tag = " ".join(request.GET.get("tag", "").replace("\0", "").split())[:LONGEST_TAG]
    paginator = Paginator(queries.board_topics(place, request.user, show, order, tag), TOPICS_A_PAGE)
    counts = {} if tag else _counts(place, request.user)
    # What is counted already spares counting rows; deleted topics are not in the kept count either.
    known = {} if tag else {"": place.topic_count, **counts}
    if show in known:
        paginator.count = known[show]
    page = paginator.get_page(request.GET.get("page"))
    link = partial(_link, place.get_absolute_url(), tag)
    context = {
        "board": place,
        "rows": queries.topic_rows(page.object_list, request.user),
        "show": show,
        "order": order,
        "tag": tag,
        "untagged": _link(place.get_absolute_url(), "", show, order),
        "tabs": [(name, word, link(name, order), counts.get(name)) for name, word in offered.items()],
        "orders": [(name, word, link(show, name)) for name, word in ORDERED.items() if show != queries.DELETED],
        "page": page.number,
        "pages": paginator.num_pages,
        "section": "clubs",
    }
    return render(request, "forums/board.html", context)


def _offered(viewer: Any) -> dict[str, Any]:
    """The lists a viewer may ask for, with what each is called."""
    kept_back = {
        *(() if viewer.is_authenticated else queries.OF_MEMBERS),
        *(() if has_role(viewer, Role.MODERATOR) else {queries.DELETED}),
    }
    return {show: word for show, word in SHOWN.items() if show not in kept_back}


def _counts(place: Board, reader: Any) -> dict[str, int]:
    """How many topics there are in the lists that say it."""
    counts = {"waiting": queries.waiting_count(place, reader)}
    if reader.is_authenticated:
        counts["unread"] = queries.unread(reader, [place.pk]).count()
    return counts


def _link(base: str, tag: str, show: str, order: str) -> str:
    query = urlencode({name: value for name, value in (("tag", tag), ("show", show), ("order", order)) if value})
    return f"{base}?{query}" if query else base


@require_POST
@login_required
def read_board(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything here is read."""
    place = get_object_or_404(Board.objects.visible_to(request.user), slug=slug)
    rate_limit(request.user.pk, "settings", now=now())
    services.mark_board_read(reader=request.user, board=place, now=now())
    return redirect(place)
