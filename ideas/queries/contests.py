"""Contests with their phases, and what the clock says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from ideas.enums import SWITCHES, PhaseKind
from ideas.models import Contest, Idea, Phase, VoteEvent

SHOWN = [kind for kind, switches in SWITCHES.items() if switches.counts_visible]
DAY, LAST_PHASE = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class PhaseMark:
    """One cell of the timeline: its length in days and how many are over; the last one has no end.

    ``state``: done, now, todo. Once the results are there the contest is over: nothing of it is now.
    """

    kind: PhaseKind
    starts_at: datetime
    ends_at: datetime | None
    days: int
    gone: int
    state: str
    left: int = 0


def timeline(contest: Contest, *, now: datetime) -> list[PhaseMark]:
    """The phases with their lengths; the last one is as long as a week."""
    phases, now = list(contest.phases.all()), contest.moment(now)
    current = contest.phase_at(now)
    ends: list[datetime | None] = [*(phase.starts_at for phase in phases[1:]), None]
    marks = []
    for phase, end in zip(phases, ends, strict=False):
        days = max(2, ((end or phase.starts_at + LAST_PHASE) - phase.starts_at).days)
        gone = min(days, max(0, (now - phase.starts_at).days))
        over = SWITCHES[PhaseKind(phase.kind)].counts_visible and phase.starts_at <= now
        state = "now" if phase.kind == current and not over else "done" if phase.starts_at <= now else "todo"
        left = max(0, -((now - end) // DAY)) if end and state == "now" else 0
        marks.append(PhaseMark(PhaseKind(phase.kind), phase.starts_at, end, days, gone, state, left))
    return marks


def is_frozen(contest: Contest) -> bool:
    """Whether somebody voted, so that the rules are fixed."""
    return VoteEvent.objects.filter(contest=contest).exists()


def frozen_among(slugs: Collection[str]) -> set[str]:
    """Which of these contests somebody voted in, also where that vote was taken back."""
    voted = Exists(VoteEvent.objects.filter(contest=OuterRef("pk")))
    return set(Contest.objects.filter(voted, slug__in=slugs).values_list("slug", flat=True))


def all_contests(*, now: datetime) -> list[tuple[Contest, PhaseKind, list[PhaseMark]]]:
    """Every contest with its phase by the clock and its timeline, drafts too."""
    found = Contest.objects.prefetch_related("phases")
    return [(contest, contest.phase_at(now), timeline(contest, now=now)) for contest in found]


def phases_within(span: timedelta, *, now: datetime) -> list[tuple[Phase, Contest, bool]]:
    """The phases that begin soon, the next first, with their contest and whether it is a draft now."""
    soon = Phase.objects.filter(starts_at__gt=now, starts_at__lte=now + span, entered_at=None).select_related("contest")
    found = soon.prefetch_related("contest__phases").order_by("starts_at", "pk")
    return [(phase, phase.contest, not phase.contest.switches_at(now).visible) for phase in found]


def visible_contests(*, now: datetime) -> list[Contest]:
    """Contests that are no drafts, open ones first."""
    found = [c for c in Contest.objects.prefetch_related("phases") if c.switches_at(now).visible]
    return sorted(found, key=lambda contest: contest.switches_at(now).counts_visible)


def results_due(idea_ids: Iterable[int], *, now: datetime) -> dict[int, datetime | None]:
    """Of ideas, those whose votes are secret still, with when the results come.

    None where they never do: the contest has none, or the idea was taken out, whose votes count nowhere.
    """
    columns = ("pk", "contest_id", "contest__phase", "withdrawn_at")
    ideas = list(Idea.objects.filter(pk__in=list(idea_ids)).values_list(*columns))
    out: dict[int, datetime | None] = {pk: None for pk, _contest, _phase, withdrawn_at in ideas if withdrawn_at}
    contest_of = {pk: contest for pk, contest, phase, _withdrawn in ideas if phase not in SHOWN and pk not in out}
    contests = Contest.objects.filter(pk__in=set(contest_of.values())).prefetch_related("phases") if contest_of else ()
    due = {
        contest.pk: min((phase.starts_at for phase in contest.phases.all() if phase.kind in SHOWN), default=None)
        for contest in contests
        if not contest.switches_at(now).counts_visible
    }
    return out | {idea_id: due[contest_id] for idea_id, contest_id in contest_of.items() if contest_id in due}


def results_since(idea_ids: Iterable[int], *, now: datetime) -> dict[int, datetime]:
    """Of ideas, also those that were taken out, those whose contest shows its results, with since when."""
    ideas = dict(Idea.objects.filter(pk__in=list(idea_ids)).values_list("pk", "contest_id"))
    contests = Contest.objects.filter(pk__in=set(ideas.values())).prefetch_related("phases") if ideas else ()
    since = {
        contest.pk: min(phase.starts_at for phase in contest.phases.all() if phase.kind in SHOWN)
        for contest in contests
        if contest.switches_at(now).counts_visible
    }
    return {idea_id: since[contest_id] for idea_id, contest_id in ideas.items() if contest_id in since}
