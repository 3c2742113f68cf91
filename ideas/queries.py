"""Reading contests; what a reader may know of votes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from community.kernel.api import pages_of
from community.members.api import MemberCard, cards
from ideas.enums import SWITCHES, Decision, PhaseKind
from ideas.models import Contest, Idea, Phase, Vote, VoteEvent

SHOWN = [kind for kind, switches in SWITCHES.items() if switches.counts_visible]
IDEAS_A_PAGE = 30
DAY, LAST_PHASE = timedelta(days=1), timedelta(days=7)


@dataclass
class IdeaCard:
    """An idea as a reader may see it. While counts are hidden ``votes`` is None and there is no decision to show."""

    idea: Idea
    author: MemberCard | None
    votes: int | None
    voted: bool
    own: bool
    state: str
    decider: MemberCard | None = None

    @property
    def decision(self) -> str:
        """What the brand decided; empty while counts are hidden."""
        return "" if self.votes is None else self.idea.decision

    @property
    def decision_label(self) -> str:
        """The decision in the reader's language."""
        return str(Decision(self.decision).label) if self.decision else ""

    @property
    def reason(self) -> str:
        """Why, in the reader's language; empty while counts are hidden."""
        return self.idea.reason if self.decision else ""


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


@dataclass(frozen=True)
class IdeaPage:
    """A page of a contest's ideas; ``total`` is how many there are, ``found`` how many of them are looked for."""

    cards: list[IdeaCard]
    page: int
    pages: int
    found: int
    total: int


def ideas_of(contest: Contest) -> QuerySet[Idea]:
    """The ideas of a contest that everybody may see."""
    return Idea.objects.shown().filter(contest=contest)


def handed_in(contest: Contest) -> QuerySet[Idea]:
    """The ideas of a contest for those who run it: with those that were set aside."""
    return Idea.objects.filter(contest=contest, withdrawn_at=None)


def idea_page(
    contest: Contest,
    viewer: Any,
    *,
    now: datetime,
    seed: str = "",
    words: str = "",
    page: int = 1,
    voted_for: int | None = None,
) -> IdeaPage:
    """The ideas that have these words: by votes once counts are shown, before that in an order of the reader's own.

    That order is kept when an idea comes or goes. A page out of reach is the last one.
    """
    keys = list(ideas_of(contest).order_by("-vote_count", "number").values_list("pk", flat=True))
    total = len(keys)
    if words:
        said = ideas_of(contest).filter(Q(title__icontains=words) | Q(text__icontains=words))
        having = set(said.values_list("pk", flat=True))
        keys = [key for key in keys if key in having]
    if not contest.switches_at(now).counts_visible:
        keys.sort(key=lambda key: hashlib.blake2b(f"{contest.pk}:{seed}:{key}".encode(), digest_size=8).digest())
    pages = pages_of(len(keys), IDEAS_A_PAGE)
    page = min(page, pages)
    shown = keys[(page - 1) * IDEAS_A_PAGE : page * IDEAS_A_PAGE]
    held = Idea.objects.in_bulk(shown)
    ideas = [held[key] for key in shown if key in held]
    return IdeaPage(cards_for(ideas, contest, viewer, now=now, voted_for=voted_for), page, pages, len(keys), total)


def numbered_page(contest: Contest, viewer: Any, *, now: datetime, page: int) -> IdeaPage:
    """The ideas as they came in, as the brand decides about them, with those set aside, which ``total`` leaves out.

    A page out of reach is the last one.
    """
    aside = Q(set_aside_at__isnull=False)
    found = handed_in(contest).aggregate(all=Count("pk"), total=Count("pk", filter=~aside))
    pages = pages_of(found["all"], IDEAS_A_PAGE)
    page = min(page, pages)
    ideas = handed_in(contest).order_by("number")[(page - 1) * IDEAS_A_PAGE : page * IDEAS_A_PAGE]
    return IdeaPage(cards_for(list(ideas), contest, viewer, now=now), page, pages, found["all"], found["total"])


def page_of_number(idea: Idea) -> int:
    """On which of these pages an idea stands."""
    return pages_of(handed_in(idea.contest).filter(number__lte=idea.number).count(), IDEAS_A_PAGE)


def all_cards(contest: Contest, viewer: Any, *, now: datetime) -> list[IdeaCard]:
    """Every idea as it came in, for a file."""
    return cards_for(list(ideas_of(contest).order_by("number")), contest, viewer, now=now)


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


def standing_vote(contest: Contest, viewer_id: int | None) -> int | None:
    """The idea a member's vote is for, where that is still there."""
    if viewer_id is None:
        return None
    return _standing(contest=contest, voter_id=viewer_id).values_list("idea_id", flat=True).first()


def cards_for(
    ideas: list[Idea], contest: Contest, viewer: Any, *, now: datetime, voted_for: int | None = None
) -> list[IdeaCard]:
    """Ideas with authors, in a constant number of queries. ``voted_for`` is the reader's own vote in the contest."""
    switches = contest.switches_at(now)
    deciders = [idea.decided_by_id for idea in ideas] if switches.counts_visible else []
    people = cards([*(idea.author_id for idea in ideas), *deciders])
    viewer_id = getattr(viewer, "pk", None)
    return [
        IdeaCard(
            idea,
            people.get(idea.author_id),
            idea.vote_count if switches.counts_visible else None,
            idea.pk == voted_for,
            idea.author_id == viewer_id,
            _state(idea, viewer_id, voted_for, may_vote=switches.may_vote),
            people.get(idea.decided_by_id or 0) if switches.counts_visible else None,
        )
        for idea in ideas
    ]


def _state(idea: Idea, viewer_id: int | None, voted_for: int | None, *, may_vote: bool) -> str:
    if not may_vote or idea.set_aside_at:
        return "closed"
    if viewer_id is None:
        return "guest"
    if idea.author_id == viewer_id:
        return "own"
    if voted_for == idea.pk:
        return "voted"
    return "elsewhere" if voted_for else "idle"


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


def place_of(card: IdeaCard) -> tuple[int, int] | None:
    """An idea's place by votes, equals sharing it, and of how many; None while counts are hidden."""
    if card.votes is None:
        return None
    found = ideas_of(card.idea.contest).aggregate(
        all=Count("pk"), better=Count("pk", filter=Q(vote_count__gt=card.votes))
    )
    return found["better"] + 1, found["all"]


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


def voted_in(member_id: int | None) -> set[int]:
    """The contests a member has voted in, for an idea that is still there."""
    return set(_standing(voter_id=member_id).values_list("contest_id", flat=True)) if member_id else set()


def _standing(**those: Any) -> QuerySet[Vote]:
    """Votes, but for those whose idea is gone: who gave one of these has one to give."""
    return Vote.objects.filter(idea__withdrawn_at=None, **those)


def summed(found: Iterable[Tally]) -> Tally:
    """All of them together."""
    columns = zip(*(astuple(tally) for tally in found), strict=True)
    return Tally(*(sum(column) for column in columns))


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
