"""An erased member in contests: what they thought of stays without a name, what was taken back does not stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F

from community.kernel.api import forget_files, lock_members, publish_many, rewrite
from community.members.api import Member
from ideas.facts import IdeaRedacted, IdeaVoted, VoteForgotten
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.names import naming, take_name_out
from ideas.queries import voters_of, votes_ever


def erase_from_contests(member_id: int, *, now: datetime) -> None:
    """Take a member out, in the caller's transaction, while the member still bears the name.

    The contests are locked in one order, and after the members whose facts change with them, as by everything that
    changes ideas and votes: an idea that is taken out in this moment is seen here, or sees there that its author is
    gone.
    """
    mine, votes = Idea.objects.filter(author_id=member_id), Vote.objects.filter(voter_id=member_id)
    named = naming(Member.objects.get(pk=member_id))
    naming_ideas = Idea.objects.filter(pk__in=named.ideas)
    places = {contest for rows in (mine, votes, naming_ideas) for contest in rows.values_list("contest_id", flat=True)}
    lock_members({*named.people, *voters_of(mine.exclude(withdrawn_at=None).values_list("pk", flat=True))})
    contests = Contest.objects.select_for_update(of=("self",)).filter(pk__in=places).order_by("pk")
    held = {contest.pk: contest for contest in contests.prefetch_related("phases")}
    # What nobody else sees, nobody has a reason to keep.
    mine.exclude(set_aside_at=None).filter(withdrawn_at=None).update(withdrawn_at=now)
    forget_files(list(mine.values_list("picture", flat=True)))
    mine.update(picture="")
    forget_ideas(mine.exclude(withdrawn_at=None).values_list("pk", flat=True), now=now)
    for vote in votes.order_by("contest_id"):
        _take_vote(vote, held[vote.contest_id], now)
    VoteEvent.objects.filter(voter_id=member_id).update(voter_id=None)
    take_name_out(named, member_id, now=now)


def _take_vote(vote: Vote, contest: Contest, now: datetime) -> None:
    """Out of an open contest it goes; in a closed one the count stays, the voter does not."""
    if contest.switches_at(now).counts_visible:
        Vote.objects.filter(pk=vote.pk).update(voter=None)
    else:
        Idea.objects.filter(pk=vote.idea_id).update(vote_count=F("vote_count") - 1)
        vote.delete()


def forget_ideas(idea_ids: Collection[int], *, now: datetime) -> None:
    """Nothing stays of what ideas said, nor of what others who voted for them had of it. Their contests are held."""
    ids = sorted(idea_ids)
    if not ids:
        return
    Idea.objects.filter(pk__in=ids).update(title="", source="", html="", text="", set_aside_reason="")
    voted = votes_ever(ids)
    voters = {voter for voter, _idea in voted}
    rewrite([IdeaVoted, IdeaRedacted], member_ids=voters, key="idea_id", values=ids, change=_blank)
    publish_many([(VoteForgotten(member_id=voter, idea_id=idea), now) for voter, idea in voted])


def _blank(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "title": "", "text": ""}
