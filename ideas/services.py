"""What members and the brand do in contests."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
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
    *, slug: str, title_en: str, title_zh: str, phases: Sequence[tuple[str, datetime]], now: datetime
) -> Contest:
    """A contest with its phases; the same slug again is the same contest. Raises Invalid for phases out of order."""
    known = Contest.objects.filter(slug=slug).first()
    if known:
        return known
    require_order(phases)
    contest = Contest.objects.create(slug=slug, title_en=title_en, title_zh=title_zh, opened_at=now)
    Phase.objects.bulk_create([Phase(contest=contest, kind=kind, starts_at=at) for kind, at in phases])
    return contest


@transaction.atomic
def set_phases(*, actor: Member, contest: Contest, phases: Sequence[tuple[str, datetime]], now: datetime) -> None:
    """Move phases. What has begun stays, and from the first vote on the rules are frozen. Raises Conflict."""
    require_role(actor, Role.BRAND_MANAGER)
    locked = Contest.objects.select_for_update().get(pk=contest.pk)
    if Vote.objects.filter(contest=locked).exists():
        raise Conflict(_("Somebody has voted already: the phases are fixed."))
    require_order(phases)
    locked.phases.filter(entered_at=None).delete()
    entered = set(locked.phases.values_list("kind", flat=True))
    rows = [Phase(contest=locked, kind=kind, starts_at=at) for kind, at in phases if kind not in entered]
    Phase.objects.bulk_create(rows)


def require_order(phases: Sequence[tuple[str, datetime]]) -> None:
    """Raise Invalid for unknown phases, phases twice, or times out of order."""
    kinds = [kind for kind, _at in phases]
    order = [PhaseKind.values.index(kind) for kind in kinds if kind in PhaseKind.values]
    if len(order) != len(kinds) or len(set(kinds)) != len(kinds) or order != sorted(order):
        raise Invalid(_("The phases are not in their order."), field="phases")
    times = [at for _kind, at in phases]
    if times != sorted(times) or not times:
        raise Invalid(_("Each phase has to begin after the one before."), field="phases")


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
    contest = Contest.objects.select_for_update().get(pk=contest.pk)
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
    idea = Idea.objects.select_for_update().get(pk=idea.pk)
    require_author(author, idea)
    if not idea.contest.switches_at(now).may_submit:
        raise Conflict(_("An idea can be changed only while the contest asks for ideas."))
    html = render(source, mentions={})
    idea.title, idea.source, idea.html, idea.text, idea.edited_at = title, source, html, plain_text(html), now
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
    idea = Idea.objects.select_for_update().get(pk=idea.pk)
    require_author(author, idea)
    if idea.withdrawn_at:
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
    """One vote a member and contest; a second call moves it.

    The contest is judged by the clock. Counters change in one statement each; rows are locked in the order vote,
    ideas by key. Raises Conflict outside of the vote, Gone for a withdrawn and NotAllowed for one's own idea.
    """
    require_voting(idea, now=now)
    if idea.author_id == voter.pk:
        raise NotAllowed(_("This is your own idea."))
    vote, created = Vote.objects.select_for_update().get_or_create(
        contest_id=idea.contest_id, voter=voter, defaults={"idea": idea, "at": now}
    )
    previous = None if created else vote.idea_id
    if previous == idea.pk:
        return vote
    if not created:
        vote.idea, vote.at = idea, now
        vote.save(update_fields=["idea", "at"])
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
    """Take the vote back. Returns whether there was one."""
    if not contest.switches_at(now).may_vote:
        raise Conflict(_("The vote is closed."))
    vote = Vote.objects.select_for_update().filter(contest=contest, voter=voter).first()
    if vote is None:
        return False
    idea_id = vote.idea_id
    vote.delete()
    _count({idea_id: -1})
    _record(contest.pk, voter.pk, None, idea_id, now)
    publish(VoteWithdrawn(member_id=voter.pk, idea_id=idea_id, contest_id=contest.pk), now=now)
    push_tally(contest.pk)
    return True


def require_voting(idea: Idea, *, now: datetime) -> None:
    """Raise Gone for a withdrawn idea and Conflict outside of the vote, by the clock."""
    if idea.withdrawn_at:
        raise Gone(_("This idea was taken back."))
    if not idea.contest.switches_at(now).may_vote:
        raise Conflict(_("The vote is closed."))


def _count(changes: dict[int, int]) -> None:
    for idea_id in sorted(changes):
        Idea.objects.filter(pk=idea_id).update(vote_count=F("vote_count") + changes[idea_id])


def _record(contest_id: int, voter_id: int, idea_id: int | None, previous_id: int | None, now: datetime) -> None:
    VoteEvent.objects.create(contest_id=contest_id, voter_id=voter_id, idea_id=idea_id, previous_id=previous_id, at=now)


def push_tally(contest_id: int) -> None:
    """Somebody voted: that is all anybody is told while counts are hidden."""
    Contest.objects.filter(pk=contest_id).update(sequence=F("sequence") + 1)
    sequence = Contest.objects.values_list("sequence", flat=True).get(pk=contest_id)
    announce(f"contest:{contest_id}", kind="voted", sequence=sequence)


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
    if not due.exists():
        return 0
    phases = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("starts_at", "pk"))
    for phase in phases:
        _enter(phase, now)
    return len(phases)


def _enter(phase: Phase, now: datetime) -> None:
    contest = Contest.objects.select_for_update().get(pk=phase.contest_id)
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
    Contest.objects.filter(pk=contest.pk).update(sequence=F("sequence") + 1)
