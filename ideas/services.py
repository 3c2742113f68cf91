"""What members and the brand do in contests."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import BinaryIO

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel.api import SYSTEM, Conflict, Gone, Invalid, NotAllowed, each_round, now, publish
from community.kernel.images import reencode
from community.kernel.markup import language_of, plain_text, render
from community.members.api import Member, Role, has_role, require_role
from community.search.api import mark_content
from ideas.enums import Decision, PhaseKind
from ideas.facts import ContestPhaseChanged, IdeaEdited, IdeaSubmitted, IdeaVoted, IdeaWithdrawn, VoteWithdrawn
from ideas.models import Contest, Idea, Phase, Vote, VoteEvent

MAX_TITLE, MAX_TEXT, FACT_TEXT = 160, 20_000, 20_000


@transaction.atomic
def open_contest(
    *,
    actor: Member,
    slug: str,
    title_en: str,
    title_zh: str,
    phases: Sequence[tuple[str, datetime]],
    now: datetime,
) -> Contest:
    """A contest with its phases; the same slug again is the same contest. Raises Invalid for phases out of order."""
    require_role(actor, Role.BRAND_MANAGER)
    title_en, title_zh = clean_title(title_en, field="title_en"), clean_title(title_zh, field="title_zh")
    require_order(phases)
    values = {"title_en": title_en, "title_zh": title_zh, "opened_at": now}
    contest, created = Contest.objects.get_or_create(slug=slug, defaults=values)
    if created:
        Phase.objects.bulk_create([Phase(contest=contest, kind=kind, starts_at=at) for kind, at in phases])
    return contest


@transaction.atomic
def set_phases(*, actor: Member, contest: Contest, phases: Sequence[tuple[str, datetime]], now: datetime) -> None:
    """Move phases. What has begun stays, and from the first vote on the rules are frozen. Raises Conflict."""
    require_role(actor, Role.BRAND_MANAGER)
    locked = _lock(contest.pk)
    if VoteEvent.objects.filter(contest=locked).exists():
        raise Conflict(_("Somebody has voted already: the phases are fixed."))
    require_order(phases)
    begun = {phase.kind: phase.starts_at for phase in locked.phases.all() if phase.entered_at}
    wanted = [(kind, at) for kind, at in phases if kind not in begun]
    require_order([*begun.items(), *wanted])
    locked.phases.filter(entered_at=None).delete()
    Phase.objects.bulk_create([Phase(contest=locked, kind=kind, starts_at=at) for kind, at in wanted])
    _advance_sequence(locked.pk)


def require_order(phases: Sequence[tuple[str, datetime]]) -> None:
    """Raise Invalid for unknown phases, phases twice, or times out of order."""
    kinds = [kind for kind, _at in phases]
    order = [PhaseKind.values.index(kind) for kind in kinds if kind in PhaseKind.values]
    if len(order) != len(kinds) or len(set(kinds)) != len(kinds) or order != sorted(order):
        raise Invalid(_("The phases are not in their order."), field="phases")
    times = [at for _kind, at in phases]
    if not times or any(later <= earlier for earlier, later in pairwise(times)):
        raise Invalid(_("Each phase has to begin after the one before."), field="phases")


def _lock(contest_id: int) -> Contest:
    """The contest's row, locked: whatever changes ideas or votes begins here, so that all of it has one order."""
    return Contest.objects.select_for_update(of=("self",)).prefetch_related("phases").get(pk=contest_id)


def _lock_idea(idea: Idea) -> Idea:
    """The idea as it is now, under its contest's lock. Raises Gone for one that was taken back."""
    contest = _lock(idea.contest_id)
    fresh = Idea.objects.get(pk=idea.pk)
    fresh.contest = contest
    if fresh.withdrawn_at:
        raise Gone(_("This idea was taken back."))
    return fresh


def clean_title(title: str, *, field: str) -> str:
    """A contest's title in bounds. Raises Invalid."""
    title = " ".join(title.replace("\0", "").split())
    if not title or len(title) > MAX_TITLE:
        raise Invalid(_("A contest needs a title of at most 160 characters."), field=field)
    return title


def clean_text(title: str, source: str) -> tuple[str, str]:
    """Title and text in bounds. Raises Invalid."""
    title, source = " ".join(title.replace("\0", "").split()), source.replace("\0", "").strip()
    if not title or len(title) > MAX_TITLE:
        raise Invalid(_("An idea needs a title of at most 160 characters."), field="title")
    if not source:
        raise Invalid(_("Describe your idea."), field="source")
    if len(source) > MAX_TEXT:
        raise Invalid(_("The text is longer than 20,000 characters."), field="source")
    return title, source


@transaction.atomic
def submit_idea(
    *, author: Member, contest: Contest, title: str, source: str, picture: BinaryIO | None = None, now: datetime
) -> Idea:
    """Hand an idea in. Raises Conflict outside of the submission phase."""
    title, source = clean_text(title, source)
    contest = _lock(contest.pk)
    if not contest.switches_at(now).may_submit:
        raise Conflict(_("Ideas can be handed in only while the contest asks for them."))
    contest.idea_count += 1
    contest.save(update_fields=["idea_count"])
    html = render(source, mentions={})
    idea = Idea(
        contest=contest,
        author=author,
        number=contest.idea_count,
        title=title,
        source=source,
        html=html,
        text=plain_text(html),
        language=language_of(f"{title} {source}"),
        submitted_at=now,
    )
    if picture is not None:
        idea.picture.save(f"{secrets.token_urlsafe(12)}.webp", reencode(picture), save=False)
    idea.save()
    fact = IdeaSubmitted(
        member_id=author.pk, idea_id=idea.pk, contest_id=contest.pk, title=title, text=idea.text[:FACT_TEXT]
    )
    publish(fact, now=now)
    _changed(contest, idea)
    return idea


@transaction.atomic
def edit_idea(
    *, author: Member, idea: Idea, title: str, source: str, picture: BinaryIO | None = None, now: datetime
) -> Idea:
    """A new text, while ideas are handed in: whoever votes knows what they vote for."""
    title, source = clean_text(title, source)
    require_author(author, idea)
    idea = _lock_idea(idea)
    if not idea.contest.switches_at(now).may_submit:
        raise Conflict(_("An idea can be changed only while the contest asks for ideas."))
    html = render(source, mentions={})
    idea.title, idea.source, idea.html, idea.text, idea.edited_at = title, source, html, plain_text(html), now
    idea.language = language_of(f"{title} {source}")
    if picture is not None:
        idea.picture.save(f"{secrets.token_urlsafe(12)}.webp", reencode(picture), save=False)
    idea.save()
    fact = IdeaEdited(
        member_id=author.pk, idea_id=idea.pk, contest_id=idea.contest_id, title=title, text=idea.text[:FACT_TEXT]
    )
    publish(fact, now=now)
    _changed(idea.contest, idea)
    return idea


@transaction.atomic
def withdraw_idea(*, author: Member, idea: Idea, now: datetime) -> None:
    """Take an idea back, before the vote. Again changes nothing."""
    require_author(author, idea)
    try:
        idea = _lock_idea(idea)
    except Gone:
        return
    if not idea.contest.switches_at(now).may_submit and not has_role(author, Role.MODERATOR):
        raise Conflict(_("An idea can be taken back only while the contest asks for ideas."))
    idea.withdrawn_at = now
    idea.save(update_fields=["withdrawn_at"])
    publish(IdeaWithdrawn(member_id=idea.author_id, idea_id=idea.pk, contest_id=idea.contest_id), now=now)
    _changed(idea.contest, idea)


def require_author(member: Member, idea: Idea) -> None:
    """Raise NotAllowed for others than the author and moderators."""
    if idea.author_id != member.pk and not has_role(member, Role.MODERATOR):
        raise NotAllowed(_("This is somebody else's idea."))


@transaction.atomic
def cast_vote(*, voter: Member, idea: Idea, now: datetime) -> Vote:
    """One vote a member and contest; a second call moves it, the same one again changes nothing.

    The contest is judged by the clock, under its lock. Rows are locked in the order voter, contest. Raises Conflict
    outside of the vote, Gone for a withdrawn and NotAllowed for one's own idea.
    """
    _require_voter(voter)
    idea = _lock_idea(idea)
    require_voting(idea.contest, now=now)
    if idea.author_id == voter.pk:
        raise NotAllowed(_("This is your own idea."))
    vote = Vote.objects.filter(contest_id=idea.contest_id, voter=voter).first()
    previous = vote.idea_id if vote else None
    if vote and previous == idea.pk:
        return vote
    vote = vote or Vote(contest_id=idea.contest_id, voter=voter)
    vote.idea, vote.at = idea, now
    vote.save()
    _count({idea.pk: 1, **({previous: -1} if previous else {})})
    _record(vote.contest_id, voter.pk, idea.pk, previous, now)
    fact = IdeaVoted(
        member_id=voter.pk,
        idea_id=idea.pk,
        contest_id=idea.contest_id,
        author_id=idea.author_id,
        title=idea.title,
        text=idea.text[:FACT_TEXT],
        moved_from_id=previous,
    )
    publish(fact, now=now)
    push_tally(idea.contest_id)
    return vote


@transaction.atomic
def withdraw_vote(*, voter: Member, contest: Contest, now: datetime) -> bool:
    """Take the vote back. Returns whether there was one. Raises Conflict outside of the vote."""
    _require_voter(voter)
    contest = _lock(contest.pk)
    require_voting(contest, now=now)
    vote = Vote.objects.filter(contest=contest, voter=voter).first()
    if vote is None:
        return False
    idea_id = vote.idea_id
    vote.delete()
    _count({idea_id: -1})
    _record(contest.pk, voter.pk, None, idea_id, now)
    publish(VoteWithdrawn(member_id=voter.pk, idea_id=idea_id, contest_id=contest.pk), now=now)
    push_tally(contest.pk)
    return True


def require_voting(contest: Contest, *, now: datetime) -> None:
    """Raise Conflict outside of the vote, by the clock."""
    if not contest.switches_at(now).may_vote:
        raise Conflict(_("The vote is closed."))


def _require_voter(voter: Member) -> None:
    """Lock the voter, as an erasure does, so that neither overtakes the other. Raises NotAllowed for an erased one."""
    if not Member.objects.select_for_update(no_key=True).filter(pk=voter.pk, erased_at=None, is_active=True):
        raise NotAllowed(_("This account cannot vote."))


def _count(changes: dict[int, int]) -> None:
    for idea_id in sorted(changes):
        Idea.objects.filter(pk=idea_id).update(vote_count=F("vote_count") + changes[idea_id])


def _record(contest_id: int, voter_id: int, idea_id: int | None, previous_id: int | None, now: datetime) -> None:
    VoteEvent.objects.create(contest_id=contest_id, voter_id=voter_id, idea_id=idea_id, previous_id=previous_id, at=now)


def push_tally(contest_id: int) -> None:
    """Somebody voted: that is all anybody is told while counts are hidden."""
    _advance_sequence(contest_id)
    sequence = Contest.objects.values_list("sequence", flat=True).get(pk=contest_id)
    announce(f"contest:{contest_id}", kind="voted", sequence=sequence)


def _advance_sequence(contest_id: int) -> None:
    Contest.objects.filter(pk=contest_id).update(sequence=F("sequence") + 1)


@transaction.atomic
def decide(*, actor: Member, idea: Idea, decision: str, reason_en: str, reason_zh: str, now: datetime) -> None:
    """What the brand does with an idea, and why: the reason is required in both languages."""
    require_role(actor, Role.BRAND_MANAGER)
    if decision not in Decision.values or not decision:
        raise Invalid(_("Choose a decision."), field="decision")
    if not reason_en.strip() or not reason_zh.strip():
        raise Invalid(_("Every decision needs its reason, in both languages."), field="reason_en")
    if idea.contest.phase_at(now) in {PhaseKind.DRAFT, PhaseKind.SUBMISSION, PhaseKind.VOTING}:
        raise Conflict(_("Ideas are decided after the vote."))
    idea.decision, idea.reason_en, idea.reason_zh = decision, reason_en.strip(), reason_zh.strip()
    idea.decided_at, idea.decided_by = now, actor
    idea.save(update_fields=["decision", "reason_en", "reason_zh", "decided_at", "decided_by"])


@each_round
def advance() -> int:
    """Enter the phases whose time has come."""
    return advance_contests(now=now())


@transaction.atomic
def advance_contests(*, now: datetime) -> int:
    """Enter every due phase, in order, also after downtime; logged once however many relays run."""
    due = Phase.objects.filter(entered_at=None, starts_at__lte=now)
    waiting = list(due.order_by().values_list("contest_id", flat=True).distinct())
    if not waiting:
        return 0
    # Contests first, by key, and only those nobody works on: another relay, or a vote, has its turn and we come again.
    contests = Contest.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=waiting).order_by("pk")
    return sum(_enter_due(contest, now) for contest in contests)


def _enter_due(contest: Contest, now: datetime) -> int:
    phases = list(contest.phases.filter(entered_at=None, starts_at__lte=now).order_by("starts_at", "pk"))
    for phase in phases:
        _enter(contest, phase, now)
    return len(phases)


def _enter(contest: Contest, phase: Phase, now: datetime) -> None:
    previous, contest.phase = contest.phase, phase.kind
    contest.sequence += 1
    contest.save(update_fields=["phase", "sequence"])
    phase.entered_at = now
    phase.save(update_fields=["entered_at"])
    fact = ContestPhaseChanged(member_id=SYSTEM, contest_id=contest.pk, phase=phase.kind, previous=previous)
    publish(fact, now=phase.starts_at)
    mark_content("idea", list(contest.ideas.values_list("pk", flat=True)))
    announce(contest.channel, kind="phase", sequence=contest.sequence)


def _changed(contest: Contest, idea: Idea) -> None:
    mark_content("idea", [idea.pk])
    _advance_sequence(contest.pk)
