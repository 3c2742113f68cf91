"""The brand manager's contests in the Workbench. Counts stay hidden here too until everybody may see them."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import (
    KEY_DIGITS,
    Outdated,
    PaddockError,
    add_refusal,
    beside,
    contributions,
    now,
    number_in,
    page_in,
    rate_limit,
    safe_cell,
    status_of,
)
from community.members.api import Member, Role, require_member, require_role
from ideas import queries, services
from ideas.forms import ContestForm, DecisionForm, PhasesForm, ScreeningForm, TitlesForm
from ideas.models import Contest, Idea

TIME = "Y-m-d H:i"  # as the fields for a phase's beginning have it


@login_required
def contests(request: HttpRequest) -> HttpResponse:
    """All contests, and a form for a new one."""
    manager = _manager(request)
    form = ContestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rate_limit(manager.pk, "desk", now=now())
            made = services.open_contest(
                actor=manager,
                slug=data["slug"],
                title_en=data["title_en"],
                title_zh=data["title_zh"],
                phases=form.phases(),
                now=now(),
            )
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect("ideas:desk_contest", slug=made.slug)
    found = queries.all_contests(now=now())
    context = {"form": form, "rows": found, "section": "desk"}
    return render(request, "ideas/desk.html", context, status=status_of(form))


@login_required
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    """The ideas of a contest and what was decided of each; a sent form decides. Refusals come back in the form.

    Where an idea was decided otherwise meanwhile, both decisions are shown.
    """
    manager, found = _manager(request), _contest(slug)
    form, target = DecisionForm(request.POST or None), None
    if request.method == "POST":
        target = get_object_or_404(Idea, pk=_number(request.POST.get("idea")), contest=found, withdrawn_at=None)
    if target is not None and form.is_valid():
        data = form.cleaned_data
        try:
            rate_limit(manager.pk, "desk", now=now())
            services.decide(
                actor=manager,
                idea=target,
                decision=data["decision"],
                reason_en=data["reason_en"],
                reason_zh=data["reason_zh"],
                based_on=_version_sent(request),
                now=now(),
            )
        except Outdated as error:
            target.refresh_from_db()
            return _page(request, found, decision=form, target=target, outdated=error)
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return _to_idea(target)
    return _page(request, found, decision=form, target=target)


@require_POST
@login_required
def phases(request: HttpRequest, slug: str) -> HttpResponse:
    """Move the phases that have not begun. Where they were moved meanwhile, both are shown."""
    manager, found = _manager(request), _contest(slug)
    form = PhasesForm(request.POST)
    if form.is_valid():
        try:
            rate_limit(manager.pk, "desk", now=now())
            services.set_phases(
                actor=manager, contest=found, phases=form.phases(), based_on=_version_sent(request), now=now()
            )
        except Outdated as error:
            return _page(request, _contest(slug), moved=form, outdated=error)
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect("ideas:desk_contest", slug=slug)
    return _page(request, found, moved=form)


@require_POST
@login_required
def screening(request: HttpRequest, slug: str) -> HttpResponse:
    """Set an idea aside with a reason, or bring it back."""
    manager, found = _manager(request), _contest(slug)
    target = get_object_or_404(Idea, pk=_number(request.POST.get("idea")), contest=found, withdrawn_at=None)
    if request.POST.get("act") == "back":
        rate_limit(manager.pk, "desk", now=now())
        services.bring_back(actor=manager, idea=target, now=now())
        return _to_idea(target)
    form = ScreeningForm(request.POST)
    if form.is_valid():
        try:
            rate_limit(manager.pk, "desk", now=now())
            services.set_aside(actor=manager, idea=target, reason=form.cleaned_data["reason"], now=now())
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return _to_idea(target)
    return _page(request, found, target=target, screened=form)


def _to_idea(target: Idea) -> HttpResponse:
    """Back to where an idea stands on its contest's desk."""
    page = queries.page_of_number(target)
    desk = reverse("ideas:desk_contest", args=[target.contest.slug])
    return redirect(f"{desk}{f'?page={page}' if page > 1 else ''}#i{target.pk}")


@require_POST
@login_required
def titles(request: HttpRequest, slug: str) -> HttpResponse:
    """Call a contest otherwise, until somebody has voted. Where it was changed meanwhile, both are shown."""
    manager, found = _manager(request), _contest(slug)
    form = TitlesForm(request.POST)
    if form.is_valid():
        try:
            rate_limit(manager.pk, "desk", now=now())
            services.retitle_contest(
                actor=manager, contest=found, based_on=_version_sent(request), now=now(), **form.cleaned_data
            )
        except Outdated as error:
            return _page(request, _contest(slug), called=form, outdated=error)
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect("ideas:desk_contest", slug=slug)
    return _page(request, found, called=form)


@require_safe
@login_required
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """The ideas as a table; the votes are empty until counts are shown."""
    manager, found = _manager(request), _contest(slug)
    at = now()
    rate_limit(manager.pk, "export", now=at)
    entries = queries.all_cards(found, manager, now=at)
    authors = {card.author.id for card in entries if card.author and not card.author.erased}
    contributions("members.exported", authors - {manager.pk}, actor=manager, now=at)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    response.write("\ufeff")  # spreadsheets would read Chinese text wrongly without it
    lines = csv.writer(response)
    lines.writerow(["number", "title", "author", "text", "submitted_at", "votes", "decision", "reason_en", "reason_zh"])
    for card in entries:
        lines.writerow(_line(card))
    return response


def _line(card: queries.IdeaCard) -> list[Any]:
    idea = card.idea
    author = card.author.name if card.author else ""
    words = [idea.title, author, idea.text, idea.decision, idea.reason_en, idea.reason_zh]
    # A spreadsheet must not run what a member wrote.
    title, author, text, decision, reason_en, reason_zh = map(safe_cell, words)
    submitted = timezone.localtime(idea.submitted_at).isoformat(timespec="seconds")
    votes = "" if card.votes is None else card.votes
    return [idea.number, title, author, text, submitted, votes, decision, reason_en, reason_zh]


def _page(
    request: HttpRequest,
    found: Contest,
    *,
    decision: Any = None,
    target: Idea | None = None,
    moved: Any = None,
    screened: Any = None,
    called: TitlesForm | None = None,
    outdated: Outdated | None = None,
) -> HttpResponse:
    at = now()
    starts = {phase.kind: phase.starts_at for phase in found.phases.all()}
    page = queries.page_of_number(target) if target else page_in(request.GET.get("page"))
    ideas = queries.numbered_page(found, request.user, now=at, page=page)
    context = {
        "contest": found,
        "ideas": ideas,
        "cards": ideas.cards,
        "form": decision or DecisionForm(),
        "target": target,
        "titles_form": called or TitlesForm(initial=vars(found)),
        "phases_form": moved or PhasesForm(initial=starts),
        "frozen": queries.is_frozen(found),
        "phase": found.phase_at(at),
        "marks": queries.timeline(found, now=at),
        "screening_form": screened or ScreeningForm(),
        "screening": found.phase_at(at) in services.SCREENING,
        "deciding": found.phase_at(at) in services.DECIDING,
        "section": "desk",
        **_versions(request, found, decision=decision, moved=moved, called=called, outdated=outdated),
        **_beside(found, decision=decision, target=target, moved=moved, called=called, outdated=outdated),
    }
    status = status_of(decision, moved, screened, called, outdated=outdated)
    return render(request, "ideas/desk_contest.html", context, status=status)


def _version_sent(request: HttpRequest) -> str:
    """What a form says it began from. One that does not say it fits no version: nothing is written over unseen."""
    return request.POST.get("version", "")


def _versions(
    request: HttpRequest, found: Contest, *, decision: Any, moved: Any, called: Any, outdated: Outdated | None
) -> dict[str, Any]:
    """What each form on the page begins from: what stands there now, for one that was refused what it was sent with."""
    sent = _version_sent(request) if request.method == "POST" and outdated is None else None
    return {
        "decision_version": sent if decision else None,  # without it, that of the form's idea
        "titles_version": sent if called and sent is not None else found.version,
        "phases_version": sent if moved and sent is not None else found.phases_version,
    }


def _beside(
    found: Contest, *, decision: Any, target: Idea | None, moved: Any, called: Any, outdated: Outdated | None
) -> dict[str, Any]:
    """What is shown beside the one form that began from something else than what stands there now."""
    if outdated is None:
        return {}
    if called:
        return {"titles_outdated": outdated, **beside(called, vars(found), outdated)}
    if moved:
        times = {phase.kind: date_format(timezone.localtime(phase.starts_at), TIME) for phase in found.phases.all()}
        return {"phases_outdated": outdated, **beside(moved, dict.fromkeys(moved.fields, "") | times, outdated)}
    return {"decision_outdated": outdated, **beside(decision, vars(target), outdated)}


def _manager(request: HttpRequest) -> Member:
    require_role(request.user, Role.BRAND_MANAGER)
    return require_member(request)


def _contest(slug: str) -> Contest:
    return get_object_or_404(Contest.objects.prefetch_related("phases"), slug=slug)


def _number(text: str | None) -> int:
    """A key from a form; 0, which nothing has, for anything else."""
    return number_in(text, KEY_DIGITS) or 0
