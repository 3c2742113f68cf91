"""The directory, a club's page, its members."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from clubs.models import Club, ClubKind, Membership
from clubs.queries import members_of
from clubs.services import join_club, leave_club
from community.kernel.api import now
from community.members.api import cards
from community.pages.api import landing_of

CLUBS_A_PAGE = 60
MEMBERS_A_PAGE = 48
FACES = 12


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All clubs and circles, one's own first; searchable, for there may be hundreds."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    clubs = Club.objects.all()
    if words:
        clubs = clubs.filter(Q(title_en__icontains=words) | Q(title_zh__icontains=words) | Q(slug__icontains=words))
    page = Paginator(clubs, CLUBS_A_PAGE).get_page(request.GET.get("page"))
    mine = set(Membership.objects.filter(member_id=request.user.pk or 0).values_list("club_id", flat=True))
    groups = [(kind.label, [club for club in page if club.kind == kind]) for kind in ClubKind]
    context = {
        "groups": [(label, found) for label, found in groups if found],
        "mine": mine,
        "words": words,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "section": "clubs",
    }
    return render(request, "clubs/index.html", context)


@require_safe
def club(request: HttpRequest, slug: str) -> HttpResponse:
    """A club: what it is, its board, its people."""
    found = get_object_or_404(Club, slug=slug)
    joined = Membership.objects.filter(club=found, member_id=request.user.pk or 0).exists()
    latest = list(Membership.objects.filter(club=found).order_by("-joined_at")[:FACES])
    people = cards(row.member_id for row in latest)
    context = {
        "club": found,
        "joined": joined,
        "people": [people[row.member_id] for row in latest if row.member_id in people],
        "landing": landing_of(slug),
        "section": "clubs",
    }
    return render(request, "clubs/club.html", context)


@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody in a club."""
    found = get_object_or_404(Club, slug=slug)
    rows = members_of(found)
    page = Paginator(rows, MEMBERS_A_PAGE).get_page(request.GET.get("page"))
    people = cards(row.member_id for row in page)
    lines = [(row, people[row.member_id]) for row in page if row.member_id in people]
    context = {
        "club": found,
        "lines": lines,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "section": "clubs",
    }
    return render(request, "clubs/members.html", context)


@require_POST
@login_required
def membership(request: HttpRequest, slug: str) -> HttpResponse:
    """Join or leave."""
    found = get_object_or_404(Club, slug=slug)
    member: Any = request.user
    act = leave_club if request.POST.get("act") == "leave" else join_club
    act(member=member, club=found, now=now())
    return redirect(found)
