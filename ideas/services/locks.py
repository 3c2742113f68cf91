"""The locks everything that changes a contest takes, in one order: members, contest, ideas."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel.api import Gone, lock_members
from ideas.models import Contest, Idea


def lock_contest(contest_id: int, *, members: Collection[int] = ()) -> Contest:
    """The contest's row, locked: whatever changes ideas or votes begins here, so that all of it has one order.

    ``members`` are those whose facts are published under the lock. They are held before it, as by an erasure.
    """
    lock_members(members)
    return Contest.objects.select_for_update(of=("self",)).prefetch_related("phases").get(pk=contest_id)


def lock_idea(idea: Idea, *, members: Collection[int]) -> Idea:
    """The idea as it is now, under its contest's lock. Raises Gone for one that was taken back."""
    contest = lock_contest(idea.contest_id, members=members)
    fresh = Idea.objects.get(pk=idea.pk)
    fresh.contest = contest
    if fresh.withdrawn_at:
        raise Gone(_("This idea was taken back."))
    return fresh


def require_shown(idea: Idea) -> None:
    """Raise Gone for an idea that was set aside before the vote."""
    if idea.set_aside_at:
        raise Gone(_("This idea was set aside before the vote."))


def advance_sequence(contest_id: int) -> None:
    """One more change that open pages have not seen."""
    Contest.objects.filter(pk=contest_id).update(sequence=F("sequence") + 1)


def announce_change(contest: Contest, *, kind: str) -> None:
    """One more change that pages which are open fetch at once; the contest is locked, so its number is the latest."""
    advance_sequence(contest.pk)
    announce(contest.channel, kind=kind, sequence=contest.sequence + 1)
