"""One vote a member."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from community.inbox.api import announce_once
from community.kernel.api import Conflict, NotAllowed, publish
from community.kernel.markup import FACT_TEXT
from community.members.api import Member
from ideas.enums import PhaseKind
from ideas.facts import IdeaVoted, VoteWithdrawn
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.services.locks import lock_contest, lock_idea, require_shown

OVER = {PhaseKind.DECISION, PhaseKind.RESULTS, PhaseKind.CLOSED}
TOLD_SECONDS = 30


@transaction.atomic
def cast_vote(*, voter: Member, idea: Idea, now: datetime) -> Vote:
    """One vote a member and contest; a second call moves it, the same one again changes nothing.

    The contest is judged by the clock, under its lock. The voter is held before it, as an erasure does. Raises
    Conflict outside of the vote, Gone for a withdrawn idea and an erased voter, and NotAllowed for one's own idea.
    """
    idea = lock_idea(idea, members=[voter.pk])
    require_voting(idea.contest, now=now)
    require_shown(idea)
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
    _push(idea.contest_id)
    return vote


@transaction.atomic
def withdraw_vote(*, voter: Member, idea: Idea, now: datetime) -> bool:
    """Take the vote for an idea back; one that was moved to another idea meanwhile stays there.

    Returns whether it was for this idea. Raises Conflict outside of the vote.
    """
    contest = lock_contest(idea.contest_id, members=[voter.pk])
    require_voting(contest, now=now)
    vote = Vote.objects.filter(contest=contest, voter=voter, idea=idea).first()
    if vote is None:
        return False
    vote.delete()
    _count({idea.pk: -1})
    _record(contest.pk, voter.pk, None, idea.pk, now)
    publish(VoteWithdrawn(member_id=voter.pk, idea_id=idea.pk, contest_id=contest.pk), now=now)
    _push(contest.pk)
    return True


def require_voting(contest: Contest, *, now: datetime) -> None:
    """Raise Conflict outside of the vote, by the clock."""
    # The phase that was entered, too: a vote that waited for the lock may come after it.
    if not contest.switches_at(now).may_vote or contest.phase in OVER:
        raise Conflict(_("The vote is closed."))


def _count(changes: dict[int, int]) -> None:
    for idea_id in sorted(changes):
        Idea.objects.filter(pk=idea_id).update(vote_count=F("vote_count") + changes[idea_id])


def _record(contest_id: int, voter_id: int, idea_id: int | None, previous_id: int | None, now: datetime) -> None:
    VoteEvent.objects.create(contest_id=contest_id, voter_id=voter_id, idea_id=idea_id, previous_id=previous_id, at=now)


def _push(contest_id: int) -> None:
    """Somebody voted: that is all anybody is told, since counts are hidden as long as anybody may vote.

    The contest's number stays where it is: one that went on with every vote would be their count. For the same reason
    those who vote within half a minute are told of once.
    """
    announce_once(f"contest:{contest_id}", kind="voted", seconds=TOLD_SECONDS)
