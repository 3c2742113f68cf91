"""Votes in numbers, where they may be known, and the vote of a reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from ideas.enums import Decision, PhaseKind
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.queries.cards import ideas_of

DAY = timedelta(days=1)


def standing_vote(contest: Contest, viewer_id: int | None) -> int | None:
    """The idea a member's vote is for, where that is still there."""
    if viewer_id is None:
        return None
    return _standing(contest=contest, voter_id=viewer_id).values_list("idea_id", flat=True).first()


def voted_in(member_id: int | None) -> set[int]:
    """The contests a member has voted in, for an idea that is still there."""
    return set(_standing(voter_id=member_id).values_list("contest_id", flat=True)) if member_id else set()


def _standing(**those: Any) -> QuerySet[Vote]:
    """Votes whose idea still stands. Whose idea was removed may vote again, so that vote does not count."""
    return Vote.objects.filter(idea__withdrawn_at=None, **those)


def voters_of(idea_ids: Collection[int]) -> set[int]:
    """Whoever voted for one of these ideas at any time, erased ones aside."""
    return {voter for voter, _idea in votes_ever(idea_ids)}


def votes_ever(idea_ids: Collection[int]) -> list[tuple[int, int]]:
    """Each voter at any time with each idea. Looked for by contest, as the history is long."""
    contests = Idea.objects.filter(pk__in=idea_ids).values("contest_id")
    events = VoteEvent.objects.filter(contest_id__in=contests, idea_id__in=idea_ids).values_list("voter_id", "idea_id")
    return sorted({(voter, idea) for voter, idea in events if voter and idea})


@dataclass(frozen=True)
class Outcome:
    """The result of a contest in numbers: ideas, votes, the most of one idea, and how often each was decided."""

    ideas: int
    votes: int
    most: int
    decided: dict[str, int]

    @property
    def answered(self) -> int:
        """How many ideas have an answer."""
        return sum(self.decided.values())


def outcome_of(contest: Contest) -> Outcome:
    """The result in one query, for whoever knows that counts are shown."""
    sums = {choice: Count("pk", filter=Q(decision=choice)) for choice in Decision.values if choice}
    found = ideas_of(contest).aggregate(ideas=Count("pk"), votes=Sum("vote_count"), most=Max("vote_count"), **sums)
    return Outcome(found["ideas"], found["votes"] or 0, found["most"] or 0, {choice: found[choice] for choice in sums})


@dataclass(frozen=True)
class Point:
    """How many votes there were at the end of a day."""

    day: date
    votes: int


@dataclass(frozen=True)
class Curve:
    """How votes came in, day by day."""

    points: list[Point]

    @property
    def values(self) -> list[int]:
        """How many votes there were at each point, in order."""
        return [point.votes for point in self.points]

    @property
    def first(self) -> Point:
        """The point where the curve begins."""
        return self.points[0]

    @property
    def last(self) -> Point:
        """The point where the curve ends: the result."""
        return self.points[-1]


def vote_curve(contest: Contest, idea: Idea | None = None, *, now: datetime) -> Curve | None:
    """How the votes that counted came in, for one idea or all; None while counts are hidden.

    A vote that was moved counts from the day it was moved, so the last point is the result.
    """
    phases = {phase.kind: timezone.localtime(phase.starts_at).date() for phase in contest.phases.all()}
    if not contest.switches_at(now).counts_visible or PhaseKind.VOTING not in phases:
        return None
    votes = _standing(contest=contest) if idea is None else Vote.objects.filter(idea=idea)
    by_day = dict(votes.annotate(day=TruncDate("at")).order_by().values_list("day").annotate(Count("pk")))
    begun = phases[PhaseKind.VOTING]
    over = min((day for day in phases.values() if day > begun), default=begun)
    first, last = min([begun, *by_day]), max([over, *by_day])
    days = [first + n * DAY for n in range((last - first).days + 1)]
    totals = accumulate(by_day.get(day, 0) for day in days)
    return Curve([Point(day, total) for day, total in zip(days, totals, strict=True)])


@dataclass(frozen=True)
class Tally:
    """Ideas of a contest: all, the viewer's own, and by what became of them where that may be known."""

    ideas: int = 0
    own: int = 0
    answered: int = 0
    adopted: int = 0


def tallies(contests: Iterable[Contest], viewer_id: int | None, *, now: datetime) -> dict[int, Tally]:
    """The ideas of contests in numbers, in one query; no decision before it may be known."""
    shown = {contest.pk: contest.switches_at(now).counts_visible for contest in contests}
    rows = Idea.objects.shown().filter(contest__in=shown).order_by().values("contest_id", "decision")
    found = {pk: Tally() for pk in shown}
    tallied = rows.annotate(n=Count("pk"), own=Count("pk", filter=Q(author_id=viewer_id)))
    for pk, decision, n, own in tallied.values_list("contest_id", "decision", "n", "own"):
        known = decision if shown[pk] else ""
        so_far = found[pk]
        found[pk] = Tally(
            so_far.ideas + n,
            so_far.own + own,
            so_far.answered + (n if known else 0),
            so_far.adopted + (n if known == Decision.ADOPTED else 0),
        )
    return found


def summed(found: Iterable[Tally]) -> Tally:
    """All of them together."""
    columns = zip(*(astuple(tally) for tally in found), strict=True)
    return Tally(*(sum(column) for column in columns))
