"""Twenty members vote at once, each from eight places: one member one vote, and counters that are right.

The controls take the lock away, then the constraint too, and show that the race is there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from community.kernel.models import OutboxEvent
from community.members.api import Member, Role, erase_member
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.queries import vote_differences
from ideas.services import advance_contests, cast_vote, set_phases, withdraw_idea, withdraw_vote
from tests.contests import DECISION, PHASES, VOTING, contest, idea
from tests.people import member, staff
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

MEMBERS, PLACES = 20, 8


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


@pytest.fixture
def world() -> tuple[list[Member], list[Idea]]:
    """Voters, and three ideas of others."""
    found = contest()
    author = member()
    ideas = [idea(found, author, title=f"Idea {number}") for number in range(3)]
    return [member() for _ in range(MEMBERS)], ideas


def everybody(vote: Callable[..., object], voters: list[Member], ideas: list[Idea]) -> list[Callable[[], object]]:
    return [
        partial(vote, voter=voter, idea=ideas[(number + place) % len(ideas)], now=VOTING)
        for number, voter in enumerate(voters)
        for place in range(PLACES)
    ]


def test_twenty_members_with_eight_threads_each_have_twenty_votes(world):
    voters, ideas = world
    sequence = Contest.objects.get().sequence
    assert at_once(everybody(cast_vote, voters, ideas)) == Counter()
    assert Counter(Vote.objects.values_list("voter_id", flat=True)) == Counter({voter.pk: 1 for voter in voters})
    assert sum(Idea.objects.values_list("vote_count", flat=True)) == MEMBERS
    assert vote_differences() == []
    assert OutboxEvent.objects.filter(name="ideas.idea.voted").count() == VoteEvent.objects.count()
    assert Contest.objects.get().sequence == sequence
    for voter in voters:
        steps = list(VoteEvent.objects.filter(voter_id=voter.pk).order_by("pk").values_list("previous_id", "idea_id"))
        assert [previous for previous, _to in steps] == [None, *(to for _previous, to in steps[:-1])]
        assert steps[-1][1] == Vote.objects.get(voter=voter).idea_id


def test_casting_and_taking_back_at_once_leaves_the_counters_right(world):
    voters, ideas = world
    found = ideas[0].contest
    back = [lambda voter=voter: withdraw_vote(voter=voter, contest=found, now=VOTING) for voter in voters]
    assert at_once([*everybody(cast_vote, voters, ideas), *back]) == Counter()
    assert vote_differences() == []
    assert Vote.objects.count() <= MEMBERS


def test_phases_do_not_move_under_a_vote(world):
    voters, ideas = world
    boss = staff(Role.BRAND_MANAGER, "boss")
    later = [(kind, at + timedelta(days=5)) for kind, at in PHASES]
    move = lambda: set_phases(actor=boss, contest=ideas[0].contest, phases=later, now=VOTING)  # noqa: E731
    errors = at_once([*everybody(cast_vote, voters[:5], ideas), move])
    moved = Contest.objects.get().phases.get(kind="voting").starts_at != VOTING
    assert (Vote.objects.count() == 0) == moved
    assert errors == ({"Conflict": 40} if moved else {"Conflict": 1})


def test_no_vote_stays_on_an_idea_taken_back_before_it_or_with_an_erased_member(world):
    voters, ideas = world
    moderator = staff(Role.MODERATOR)
    remove = lambda: withdraw_idea(author=moderator, idea=ideas[0], now=VOTING)  # noqa: E731
    erase = [lambda voter=voter: erase_member(member=voter, now=VOTING) for voter in voters[:5]]
    errors = at_once([*everybody(cast_vote, voters, ideas), remove, *erase])
    assert set(errors) <= {"Gone", "NotAllowed"}
    assert vote_differences() == []
    assert set(Vote.objects.values_list("voter_id", flat=True)) <= {voter.pk for voter in voters[5:]} | {None}


def test_many_relays_enter_every_phase_once(world):
    errors = at_once([lambda: advance_contests(now=DECISION)] * 16)
    assert errors == Counter()
    phases = OutboxEvent.objects.filter(name="ideas.contest.phase_changed").order_by("pk")
    assert [event.payload["phase"] for event in phases] == ["submission", "voting", "decision"]


# Controls


def careless(*, voter: Member, idea: Idea, now: object) -> None:
    """What most programs do: look, then write."""
    with transaction.atomic():
        if Vote.objects.filter(contest_id=idea.contest_id, voter=voter).exists():
            return
        fresh = Idea.objects.get(pk=idea.pk)
        time.sleep(0.005)
        Vote.objects.create(contest_id=idea.contest_id, voter=voter, idea=idea, at=now)
        fresh.vote_count += 1
        fresh.save(update_fields=["vote_count"])


@contextmanager
def without_constraint() -> Iterator[None]:
    constraint = next(one for one in Vote._meta.constraints if one.name == "one_vote_a_member")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Vote, constraint)
    try:
        yield
    finally:
        Vote.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Vote, constraint)


def test_control_without_the_lock_the_constraint_refuses_and_counters_are_wrong(world):
    voters, ideas = world
    errors = at_once(everybody(careless, voters, ideas))
    assert set(errors) == {IntegrityError.__name__}
    assert Vote.objects.count() == MEMBERS
    assert vote_differences() != []


def test_control_without_lock_and_constraint_members_have_several_votes(world):
    voters, ideas = world
    with without_constraint():
        assert at_once(everybody(careless, voters, ideas)) == Counter()
        assert Vote.objects.count() > MEMBERS
