"""Contests and ideas as members see them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import (
    Gone,
    Outdated,
    PaddockError,
    add_refusal,
    began_from,
    lead_to,
    now,
    page_in,
    rate_limit,
    status_of,
)
from community.members.api import Role, has_role, limit_changes, require_member
from community.pages.api import brief_of, briefs_of
from ideas import queries, services
from ideas.enums import SWITCHES, Decision
from ideas.forms import IdeaForm
from ideas.models import Contest, Idea
from ideas.views import looking

FIRST = 3


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All contests that are no drafts, the open ones with their briefs, and what became of all ideas in numbers."""
    at, contests = now(), queries.visible_contests(now=now())
    briefs = briefs_of([found.slug for found in contests])
    tallies = queries.tallies(contests, request.user.pk, now=at)
    voted = queries.voted_in(request.user.pk)
    rows: list[dict[str, Any]] = [
        {
            "contest": found,
            "marks": queries.timeline(found, now=at),
            "phase": found.phase_at(at),
            "switches": found.switches_at(at),
            "brief": briefs.get(found.slug),
            "tally": tallies[found.pk],
            "voted": found.pk in voted,
        }
        for found in contests
    ]
    context = {
        "open": [row for row in rows if not row["switches"].counts_visible],
        "over": [row for row in rows if row["switches"].counts_visible],
        "rows": rows,
        "sum": queries.summed(tallies.values()),
        "section": "ideas",
    }
    return render(request, "ideas/index.html", context)


@require_safe
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    """The brief, the phases and a page of the ideas."""
    found, at, seed = _contest(request, slug), now(), looking.order_of(request)
    looking.limit_searches(request, at)
    voted_for = queries.standing_vote(found, request.user.pk)
    ideas, words = looking.page_asked(request, found, seed, voted_for, at), looking.words_in(request)
    looking.record(request, found=ideas.found, now=at)
    marks = queries.timeline(found, now=at)
    context = {
        "contest": found,
        "brief": brief_of(slug),
        "marks": marks,
        "current": next((mark for mark in marks if mark.state == "now"), None),
        "shown_from": next((mark.starts_at for mark in marks if SWITCHES[mark.kind].counts_visible), None),
        "switches": found.switches_at(at),
        "phase": found.phase_at(at),
        "ideas": ideas,
        "cards": ideas.cards,
        "words": words,
        "asked": looking.query_of(words, ideas.page),
        "voted": voted_for is not None,
        "section": "ideas",
    }
    return looking.keep_order(render(request, "ideas/contest.html", context), request, seed)


@require_safe
def since(request: HttpRequest, slug: str) -> HttpResponse:
    """The ideas of a page of the contest that is open; without a hidden count."""
    found = _contest(request, slug)
    looking.limit_searches(request, now(), action="follow")
    seed, voted_for = looking.order_of(request), queries.standing_vote(found, request.user.pk)
    ideas = looking.page_asked(request, found, seed, voted_for, now())
    return render(request, "ideas/since.html", {"contest": found, "cards": ideas.cards})


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The ranking, page by page, with every decision and its reason; only once counts are shown."""
    found, at = _contest(request, slug), now()
    if not found.switches_at(at).counts_visible:
        raise Http404
    ideas = queries.idea_page(found, request.user, now=at, page=page_in(request.GET.get("page")))
    outcome = queries.outcome_of(found)
    marks = queries.timeline(found, now=at)
    first = ideas.page == 1
    context = {
        "contest": found,
        "marks": marks,
        "shown_from": next((mark.starts_at for mark in marks if SWITCHES[mark.kind].counts_visible), None),
        "ideas": ideas,
        "cards": ideas.cards,
        "first": ideas.cards[:FIRST] if first and ideas.total > FIRST else [],
        "outcome": outcome,
        "total": outcome.votes,
        "lines": [(card, 100 * (card.votes or 0) / (outcome.most or 1)) for card in ideas.cards],
        "counts": [(choice.label, outcome.decided[choice]) for choice in Decision if choice],
        "answered": outcome.answered,
        "curve": queries.vote_curve(found, now=at) if first else None,
        "section": "ideas",
    }
    return render(request, "ideas/results.html", context)


@login_required
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand an idea in."""
    found = _contest(request, slug)
    if request.method != "POST":
        services.require_submission(found, now=now())
    form = IdeaForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, member = form.cleaned_data, require_member(request)
        try:
            rate_limit(member.pk, "idea", now=now())
            _limit_pictures(request, data["picture"])
            idea = services.submit_idea(
                author=member,
                contest=found,
                title=data["title"],
                source=data["source"],
                picture=data["picture"] or None,
                now=now(),
            )
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect(idea)
    context = {"form": form, "contest": found, "section": "ideas"}
    return render(request, "ideas/submit.html", context, status=status_of(form))


@require_safe
def idea(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """An idea with its vote. Under another title than its own it leads to its one address."""
    found, at = _idea(request, pk), now()
    if slug != found.slug:
        return lead_to(found, request)
    voted_for = queries.standing_vote(found.contest, request.user.pk)
    card = queries.cards_for([found], found.contest, request.user, now=at, voted_for=voted_for)[0]
    switches, marks = found.contest.switches_at(at), queries.timeline(found.contest, now=at)
    context = {
        "card": card,
        "voted": voted_for is not None,
        "idea": found,
        "contest": found.contest,
        "phase": found.contest.phase_at(at),
        "marks": marks,
        "current": next((mark for mark in marks if mark.state == "now"), None),
        "place": queries.place_of(card),
        "curve": queries.vote_curve(found.contest, found, now=at),
        "switches": switches,
        "may_edit": card.own and switches.may_submit,
        "may_withdraw": (card.own and switches.may_submit) or has_role(request.user, Role.MODERATOR),
        "section": "ideas",
    }
    return render(request, "ideas/idea.html", context)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's idea. Where it was changed in another place meanwhile, both texts are shown."""
    found = _idea(request, pk)
    services.require_author(require_member(request), found)
    version = began_from(request, found)
    outdated: Outdated | None = None
    initial = {"title": found.title, "source": found.source}
    form = IdeaForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rate_limit(request.user.pk, "edit", now=now())
            _limit_pictures(request, data["picture"])
            edited = services.edit_idea(
                author=require_member(request),
                idea=found,
                title=data["title"],
                source=data["source"],
                picture=data["picture"] or None,
                based_on=version,
                now=now(),
            )
        except Outdated as error:
            outdated, found = error, _idea(request, pk)
            version = found.version
            if data["picture"]:
                form.add_error("picture", _("Choose the picture again."))
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect(edited)
    context = {"form": form, "contest": found.contest, "idea": found, "version": version, "outdated": outdated}
    status = status_of(form, outdated=outdated)
    return render(request, "ideas/submit.html", context | {"section": "ideas"}, status=status)


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take an idea back."""
    found = _idea(request, pk)
    services.require_author(require_member(request), found, moderators=True)
    if request.method != "POST":
        own = found.author_id == request.user.pk
        return render(request, "ideas/withdraw.html", {"idea": found, "own": own, "section": "ideas"})
    limit_changes(request)
    services.withdraw_idea(author=require_member(request), idea=found, now=now())
    return redirect(found.contest)


@require_POST
@login_required
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Cast, move or take back the one vote. Raises Gone for an idea that is taken back at that moment."""
    found, member = _idea(request, pk), require_member(request)
    rate_limit(member.pk, "vote", now=now())
    before = queries.standing_vote(found.contest, member.pk)
    if request.POST.get("act") == "withdraw":
        services.withdraw_vote(voter=member, idea=found, now=now())
    else:
        services.cast_vote(voter=member, idea=found, now=now())
    if not request.headers.get("HX-Request"):
        return redirect(found)
    # What all other buttons mean now, “vote” or “move my vote here”, they learn from the note about one's vote.
    voted_for = queries.standing_vote(found.contest, member.pk)
    touched = {idea.pk: idea for idea in queries.ideas_of(found.contest).filter(pk__in={before or 0, found.pk})}
    if found.pk not in touched:
        raise Gone(_("This idea was taken back."))
    ideas = [touched.pop(found.pk), *touched.values()]
    pressed, *others = queries.cards_for(ideas, found.contest, member, now=now(), voted_for=voted_for)
    context = {"card": pressed, "others": others, "voted": voted_for is not None}
    return render(request, "ideas/votes.html", context)


def _limit_pictures(request: HttpRequest, picture: Any) -> None:
    if picture:
        rate_limit(request.user.pk, "upload", now=now())


def _contest(request: HttpRequest, slug: str) -> Contest:
    found = get_object_or_404(Contest.objects.prefetch_related("phases"), slug=slug)
    _require_visible(request, found)
    return found


def _require_visible(request: HttpRequest, found: Contest) -> None:
    if not found.switches_at(now()).visible and not has_role(request.user, Role.BRAND_MANAGER):
        raise Http404


def _idea(request: HttpRequest, pk: int) -> Idea:
    ideas = Idea.objects.select_related("contest").prefetch_related("contest__phases")
    found = get_object_or_404(ideas, pk=pk, withdrawn_at=None)
    _require_visible(request, found.contest)
    own = found.author_id == request.user.pk
    if found.set_aside_at and not own and not has_role(request.user, Role.BRAND_MANAGER):
        raise Http404
    return found
