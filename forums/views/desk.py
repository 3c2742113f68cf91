"""The forums in the Workbench: the brand manager's boards, and what waits for those who answer for the brand."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from community.kernel.api import (
    Outdated,
    PaddockError,
    add_refusal,
    began_from,
    beside,
    now,
    rate_limit,
    status_of,
)
from community.members.api import Member, Role, require_member, require_role
from forums import queries, services
from forums.desk import waiting_entries
from forums.forms import BoardForm, NewBoardForm
from forums.models import Board

TITLES = ("title_en", "title_zh")
WAITING_A_PAGE = 50


@require_safe
@login_required
def waiting(request: HttpRequest) -> HttpResponse:
    """All questions nobody has answered yet, the longest waiting first."""
    require_role(request.user, Role.SERVICE_AGENT)
    topics = queries.waiting_longest(Board.objects.visible_to(request.user), request.user)
    page = Paginator(topics, WAITING_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": waiting_entries(page.object_list),
        "total": page.paginator.count,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "section": "desk",
    }
    return render(request, "forums/waiting.html", context)


@require_safe
@login_required
def boards(request: HttpRequest) -> HttpResponse:
    """All boards, in the order in which members see them."""
    _manager(request)
    return render(request, "forums/desk.html", {"boards": Board.objects.all(), "section": "desk"})


@login_required
def new_board(request: HttpRequest) -> HttpResponse:
    """A form for a new board."""
    manager, form = _manager(request), NewBoardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rate_limit(manager.pk, "desk", now=now())
        try:
            services.create_board(actor=manager, now=now(), **form.cleaned_data)
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect("forums:desk")
    return render(request, "forums/desk_board.html", {"form": form, "section": "desk"}, status=status_of(form))


@login_required
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a board. Where it was changed meanwhile, both are shown, and saving again puts this one there."""
    manager, found = _manager(request), get_object_or_404(Board, slug=slug)
    form = _form(request, found)
    version = began_from(request, found)
    outdated: Outdated | None = None
    if request.method == "POST" and form.is_valid():
        rate_limit(manager.pk, "desk", now=now())
        titles = {name: getattr(found, name) for name in TITLES}
        values = titles | form.cleaned_data
        try:
            services.change_board(actor=manager, board=found, based_on=version, now=now(), **values)
        except Outdated as error:
            found.refresh_from_db()
            outdated, version = error, found.version
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect("forums:desk")
    context = {
        "form": form,
        "board": found,
        "version": version,
        "section": "desk",
        **beside(form, vars(found), outdated),
    }
    return render(request, "forums/desk_board.html", context, status=status_of(form, outdated=outdated))


def _form(request: HttpRequest, found: Board) -> BoardForm:
    form = BoardForm(request.POST or None, initial=vars(found))
    if found.club_slug:  # it is called as its club is
        for name in TITLES:
            del form.fields[name]
    return form


def _manager(request: HttpRequest) -> Member:
    require_role(request.user, Role.BRAND_MANAGER)
    return require_member(request)
