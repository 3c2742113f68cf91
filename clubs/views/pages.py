"""The directory, a club's page, its members."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clubs.callouts import callouts
from clubs.directory import club_cards, news_of, suggested
from clubs.forms import AboutForm
from clubs.models import Club, ClubKind
from clubs.queries import club_ids_of, clubs_by_kind, clubs_named, hosts_of, in_order, is_in, may_describe, members_of
from clubs.services import change_about, join_club, leave_club
from community.kernel.api import (
    Invalid,
    NotAllowed,
    Outdated,
    PaddockError,
    add_refusal,
    began_from,
    beside,
    contributions,
    now,
    one_line,
    rate_limit,
    status_of,
)
from community.members.api import cards, require_member
from community.pages.api import ClubNews, ClubTalk, landing_of
from community.traces.api import record_search_of

CLUBS_A_PAGE = 60
MEMBERS_A_PAGE = 48
FACES = 8
GROUPS = ((ClubKind.BRAND, gettext_lazy("Brand clubs")), (ClubKind.CIRCLE, gettext_lazy("Circles")))
ACTS = {"join": join_club, "leave": leave_club}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All clubs and circles, one's own first; searchable, for there may be hundreds."""
    words = words_in(request)
    joined = club_ids_of(request.user.pk)
    if words:
        rate_limit(request.user.pk or request.META.get("REMOTE_ADDR"), "search", now=now())
    clubs = in_order(clubs_named(words), joined)
    page = Paginator(clubs, CLUBS_A_PAGE).get_page(request.GET.get("page"))
    if words:
        record_search_of(request, words=words, found=page.paginator.count, now=now())
    asked = bool(words) or page.number > 1
    suggestions = suggested(request.user, joined) if request.user.is_authenticated and not asked else []
    rows = club_cards(list(page), request.user, joined)
    groups = [(label, kind, [card for card in rows if card.club.kind == kind]) for kind, label in GROUPS]
    context = {
        "groups": [(label, kind, found) for label, kind, found in groups if found],
        "suggestions": suggestions,
        "counts": clubs_by_kind(),
        "mine": len(joined),
        "words": words,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "section": "clubs",
    }
    return render(request, "clubs/index.html", context)


def words_in(request: HttpRequest) -> str:
    """What clubs are searched by."""
    return one_line(request.GET.get("q", ""), 100)


@require_safe
def club(request: HttpRequest, slug: str) -> HttpResponse:
    """A club: what it is about, what is talked of, its people."""
    found = get_object_or_404(Club, slug=slug)
    hosts = hosts_of(found)
    latest = list(members_of(found).order_by("-joined_at")[:FACES])
    people = cards(row.member_id for row in (*hosts, *latest))
    talk = talk_of(request.user, slug)
    context = {
        **_shell(request, found, talk, "overview"),
        "talk": talk,
        "hosts": [(row, people[row.member_id]) for row in hosts if row.member_id in people],
        "people": [people[row.member_id] for row in latest if row.member_id in people],
        "landing": landing_of(slug),
        "may_describe": may_describe(request.user, found),
        "callouts": callouts(talk.lively, request.LANGUAGE_CODE) if talk and found.drawn else [],
    }
    return render(request, "clubs/club.html", context)


def talk_of(viewer: Any, slug: str) -> ClubTalk | None:
    """What whoever keeps its board tells of it."""
    found: list[ClubTalk] = contributions("club.talk", viewer, slug)
    return found[0] if found else None


def _shell(request: HttpRequest, found: Club, board: ClubTalk | ClubNews | None, tab: str) -> dict[str, Any]:
    """What the pages of a club share."""
    joined = is_in(found, request.user.pk)
    return {"club": found, "joined": joined, "board": board, "tab": tab, "section": "clubs"}


@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody in a club."""
    found = get_object_or_404(Club, slug=slug)
    rows = members_of(found)
    page = Paginator(rows, MEMBERS_A_PAGE).get_page(request.GET.get("page"))
    people = cards(row.member_id for row in page)
    lines = [(row, people[row.member_id]) for row in page if row.member_id in people]
    context = {
        **_shell(request, found, news_of([slug], request.user).get(slug), "members"),
        "lines": lines,
        "page": page.number,
        "pages": page.paginator.num_pages,
    }
    return render(request, "clubs/members.html", context)


@require_POST
@login_required
def membership(request: HttpRequest, slug: str) -> HttpResponse:
    """Join or leave a club by what the form says, then show it. Raises Invalid for any other act, and TooMany."""
    found, act = get_object_or_404(Club, slug=slug), ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Invalid(_("Join or leave: nothing else can be done here."))
    member = require_member(request)
    rate_limit(member.pk, "club", now=now())
    act(member=member, club=found, now=now())
    return redirect(found)


@login_required
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What a club is about, for who leads it. Where it was changed meanwhile, both texts are shown."""
    found, member = get_object_or_404(Club, slug=slug), require_member(request)
    if not may_describe(member, found):
        raise NotAllowed(_("Only those who lead the club can change its description."))
    form = AboutForm(request.POST or None, initial=vars(found))
    version = began_from(request, found)
    outdated: Outdated | None = None
    if request.method == "POST" and form.is_valid():
        try:
            rate_limit(member.pk, "edit", now=now())
            change_about(actor=member, club=found, based_on=version, now=now(), **form.cleaned_data)
        except Outdated as error:
            found.refresh_from_db()
            outdated, version = error, found.version
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect(found)
    context = {
        "form": form,
        "club": found,
        "version": version,
        "section": "clubs",
        **beside(form, vars(found), outdated),
    }
    return render(request, "clubs/about.html", context, status=status_of(form, outdated=outdated))
