"""Contests and ideas as pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import PaddockError, now, rate_limit
from community.members.api import Role, has_role, require_role
from community.pages.api import brief_of
from ideas import queries, services
from ideas.enums import PhaseKind
from ideas.forms import ContestForm, DecisionForm, IdeaForm
from ideas.models import Contest, Idea

KEY_DIGITS = 18


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All contests that are no drafts."""
    at = now()
    rows = [
        {"contest": contest, "marks": queries.timeline(contest, now=at), "phase": contest.phase_at(at)}
        for contest in queries.visible_contests(now=at)
    ]
    return render(request, "ideas/index.html", {"rows": rows, "section": "ideas"})


@require_safe
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    """The brief, the phases and the ideas."""
    found, at = _contest(request, slug), now()
    context = {
        "contest": found,
        "brief": brief_of(slug),
        "marks": queries.timeline(found, now=at),
        "switches": found.switches_at(at),
        "phase": found.phase_at(at),
        "cards": queries.idea_cards(found, request.user, now=at, seed=_seed(request)),
        "section": "ideas",
    }
    return render(request, "ideas/contest.html", context)


@require_safe
def since(request: HttpRequest, slug: str) -> HttpResponse:
    """The contest's counters for live pages; without a hidden count."""
    found = _contest(request, slug)
    cards = queries.idea_cards(found, request.user, now=now(), seed=_seed(request))
    return render(request, "ideas/since.html", {"contest": found, "cards": cards})


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The ranking with every decision and its reason; only once counts are shown."""
    found, at = _contest(request, slug), now()
    if not found.switches_at(at).counts_visible:
        raise Http404
    cards = queries.idea_cards(found, request.user, now=at)
    total = sum(card.votes or 0 for card in cards)
    context = {"contest": found, "cards": cards, "total": total, "section": "ideas"}
    return render(request, "ideas/results.html", context)


@login_required
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand an idea in."""
    found = _contest(request, slug)
    form = IdeaForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, member = form.cleaned_data, _member(request)
        try:
            rate_limit(member.pk, "idea", now=now())
            idea = services.submit_idea(
                author=member,
                contest=found,
                title=data["title"],
                source=data["source"],
                picture=data["picture"] or None,
                now=now(),
            )
        except PaddockError as error:
            _say(form, error)
        else:
            return redirect(idea)
    context = {"form": form, "contest": found, "section": "ideas"}
    return render(request, "ideas/submit.html", context, status=422 if form.errors else 200)


@require_safe
def idea(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """An idea with its vote."""
    found = _idea(request, pk)
    card = queries.cards_for([found], found.contest, request.user, now=now())[0]
    switches = found.contest.switches_at(now())
    context = {"card": card, "idea": found, "contest": found.contest, "switches": switches, "section": "ideas"}
    return render(request, "ideas/idea.html", context)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's idea."""
    found = _idea(request, pk)
    services.require_author(_member(request), found)
    initial = {"title": found.title, "source": found.source}
    form = IdeaForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            edited = services.edit_idea(
                author=_member(request),
                idea=found,
                title=data["title"],
                source=data["source"],
                picture=data["picture"] or None,
                now=now(),
            )
        except PaddockError as error:
            _say(form, error)
        else:
            return redirect(edited)
    context = {"form": form, "contest": found.contest, "idea": found, "section": "ideas"}
    return render(request, "ideas/submit.html", context, status=422 if form.errors else 200)


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take an idea back."""
    found = _idea(request, pk)
    services.require_author(_member(request), found)
    if request.method != "POST":
        return render(request, "ideas/withdraw.html", {"idea": found, "section": "ideas"})
    services.withdraw_idea(author=_member(request), idea=found, now=now())
    return redirect(found.contest)


@require_POST
@login_required
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Cast, move or take back the one vote."""
    found, member = _idea(request, pk), _member(request)
    rate_limit(member.pk, "vote", now=now())
    if request.POST.get("act") == "withdraw":
        services.withdraw_vote(voter=member, contest=found.contest, now=now())
    else:
        services.cast_vote(voter=member, idea=found, now=now())
    if request.headers.get("HX-Request"):
        card = queries.cards_for([found], found.contest, member, now=now())[0]
        return render(request, "ui/vote_button.html", {"card": card})
    return redirect(found)


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """The brand manager's contests."""
    require_role(_member(request), Role.BRAND_MANAGER)
    form = ContestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        phases = [(kind, data[kind]) for kind in ("submission", "voting", "decision", "results")]
        try:
            made = services.open_contest(
                actor=_member(request),
                slug=data["slug"],
                title_en=data["title_en"],
                title_zh=data["title_zh"],
                phases=phases,
                now=now(),
            )
        except PaddockError as error:
            _say(form, error)
        else:
            return redirect("ideas:desk_contest", slug=made.slug)
    contests = Contest.objects.prefetch_related("phases")
    context = {"form": form, "contests": contests, "section": "desk"}
    return render(request, "ideas/desk.html", context, status=422 if form.errors else 200)


@login_required
def desk_contest(request: HttpRequest, slug: str) -> HttpResponse:
    """Decide about ideas."""
    require_role(_member(request), Role.BRAND_MANAGER)
    found = get_object_or_404(Contest.objects.prefetch_related("phases"), slug=slug)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        target = get_object_or_404(Idea, pk=_number(request.POST.get("idea")), contest=found, withdrawn_at=None)
        data = form.cleaned_data
        try:
            services.decide(
                actor=_member(request),
                idea=target,
                decision=data["decision"],
                reason_en=data["reason_en"],
                reason_zh=data["reason_zh"],
                now=now(),
            )
        except PaddockError as error:
            _say(form, error)
        else:
            return redirect("ideas:desk_contest", slug=slug)
    cards = queries.idea_cards(found, request.user, now=now())
    context = {"contest": found, "cards": cards, "form": form, "phase": found.phase_at(now()), "section": "desk"}
    return render(request, "ideas/desk_contest.html", context, status=422 if form.errors else 200)


def _contest(request: HttpRequest, slug: str) -> Contest:
    found = get_object_or_404(Contest.objects.prefetch_related("phases"), slug=slug)
    if found.phase_at(now()) == PhaseKind.DRAFT and not has_role(request.user, Role.BRAND_MANAGER):
        raise Http404
    return found


def _idea(request: HttpRequest, pk: int) -> Idea:
    ideas = Idea.objects.select_related("contest").prefetch_related("contest__phases")
    found = get_object_or_404(ideas, pk=pk, withdrawn_at=None)
    _contest(request, found.contest.slug)
    return found


def _number(text: str | None) -> int:
    """A key from a form; 0, which nothing has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS else 0


def _seed(request: HttpRequest) -> str:
    """What the reader's own order of ideas grows from: the account, or the session of a guest."""
    return str(request.user.pk or request.session.session_key or "guest")


def _say(form: Any, error: PaddockError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _member(request: HttpRequest) -> Any:
    return request.user
