"""Twenty members vote at once, each from eight places: one member one vote, and counters that are right.

The controls take the lock away, then the constraint too, and show that the race is there.
"""

from __future__ import annotations

import random
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
from ideas.counts import vote_differences
from ideas.enums import Decision
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.services import (
    advance_contests,
    cast_vote,
    decide,
    edit_idea,
    open_contest,
    proposals,
    set_phases,
    submit_idea,
    withdraw_idea,
    withdraw_vote,
)
from tests.contests import DECISION, PHASES, SUBMISSION, VOTING, contest, idea
from tests.people import member, staff
from tests.threads import at_once, ever, no_locks

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
    back = everybody(withdraw_vote, voters, ideas)
    assert at_once([*everybody(cast_vote, voters, ideas), *back]) == Counter()
    assert vote_differences() == []
    assert Vote.objects.count() <= MEMBERS


def test_phases_do_not_move_under_a_vote(world):
    voters, ideas = world
    boss = staff(Role.BRAND_MANAGER, "boss")
    later = [(kind, at + timedelta(days=5)) for kind, at in PHASES]
    move = partial(set_phases, actor=boss, contest=ideas[0].contest, phases=later, now=VOTING)
    errors = at_once([*everybody(cast_vote, voters[:5], ideas), move])
    begins = dict(Contest.objects.get().phases.values_list("kind", "starts_at"))
    assert (begins["voting"], Vote.objects.count()) == (VOTING, 5)  # it has begun: only what comes after it moves
    moved = begins["decision"] != DECISION
    assert errors == ({} if moved else {"Conflict": 1})


def test_no_vote_stays_on_an_idea_taken_back_before_it_or_with_an_erased_member(world):
    voters, ideas = world
    moderator = staff(Role.MODERATOR)
    remove = partial(withdraw_idea, author=moderator, idea=ideas[0], now=VOTING)
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


# Contests and their phases


def openings(managers: list[Member], slug: str) -> Counter[str]:
    """Each manager opens a contest of their own at one address."""
    acts = [
        partial(
            open_contest, actor=boss, slug=slug, title_en=f"By {n}", title_zh=f"{n}的", phases=PHASES, now=SUBMISSION
        )
        for n, boss in enumerate(managers)
    ]
    return at_once(acts)


def test_of_contests_opened_at_one_address_one_is_there_and_the_others_are_told():
    managers = [staff(Role.BRAND_MANAGER, f"boss{n}") for n in range(PLACES)]
    for round_ in range(5):
        assert openings(managers, f"c{round_}") == Counter({"Invalid": PLACES - 1})
        assert Contest.objects.get(slug=f"c{round_}").phases.count() == len(PHASES)


def test_a_contest_opened_several_times_at_once_is_one():
    managers = [staff(Role.BRAND_MANAGER, f"boss{n}") for n in range(PLACES)]
    assert at_once([partial(contest, actor=boss) for boss in managers]) == Counter()
    assert (Contest.objects.count(), Contest.objects.get().phases.count()) == (1, len(PHASES))


def moves(found: Contest, boss: Member) -> tuple[Counter[str], set[timedelta]]:
    """Everybody moves the phases by another number of days. Returns the errors, and by how many each moved."""
    acts = [
        partial(
            set_phases,
            actor=boss,
            contest=found,
            phases=[(kind, at + timedelta(days=n)) for kind, at in PHASES],
            now=SUBMISSION - timedelta(days=1),
        )
        for n in range(1, PLACES + 1)
    ]
    begins = dict(PHASES)
    return at_once(acts), {at - begins[kind] for kind, at in found.phases.values_list("kind", "starts_at")}


def test_of_phases_moved_at_once_one_move_stands_whole():
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()
    for _ in range(5):
        errors, moved = moves(found, boss)
        assert errors == Counter() and len(moved) == 1
        assert Contest.objects.get().phases.count() == len(PHASES)


def test_control_without_the_lock_moves_collide():
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()

    def collide() -> bool:
        with no_locks():
            errors, moved = moves(found, boss)
        return "IntegrityError" in errors or len(moved) > 1

    assert ever(collide)


# Edits


def edits(made: Idea) -> list[Callable[[], object]]:
    change = partial(edit_idea, author=made.author, idea=made, based_on=made.version, now=SUBMISSION)
    return [partial(change, title=f"Idea {n}", source=f"text {n}") for n in range(PLACES)]


def test_of_many_edits_from_one_version_one_is_kept():
    made = idea(contest(), member())
    assert at_once(edits(made)) == Counter({"Outdated": PLACES - 1})
    kept = Idea.objects.get()
    assert kept.title.removeprefix("Idea ") == kept.source.removeprefix("text ") == kept.text.removeprefix("text ")
    assert OutboxEvent.objects.filter(name="ideas.idea.edited").count() == 1


def test_control_without_the_lock_several_edits_write_over_each_other():
    found, author = contest(), member()

    def several_are_kept() -> bool:
        with no_locks():
            return at_once(edits(idea(found, author)))["Outdated"] < PLACES - 1

    assert ever(several_are_kept)


# One idea sent several times at once


def sendings(found: Contest, author: Member) -> int:
    """How many ideas somebody has who presses the button several times."""
    send = partial(submit_idea, author=author, contest=found, title="A box", source="Anywhere", now=SUBMISSION)
    errors = at_once([send] * PLACES)
    made = Idea.objects.filter(author=author).count()
    assert set(errors) <= {"IntegrityError"} and made + errors.total() <= PLACES
    return made


def test_an_idea_sent_several_times_at_once_is_there_once():
    found = contest()
    for _ in range(5):
        assert sendings(found, member()) == 1
    assert list(Idea.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_control_without_the_lock_it_is_there_several_times():
    found = contest()

    def several() -> bool:
        with no_locks():
            return sendings(found, member()) > 1

    with without_constraint("idea_number_once"):
        assert ever(several)


# Decisions


def decisions_and_a_removal(made: Idea, managers: list[Member], moderator: Member) -> bool:
    """Each manager decides in their own way while the idea is removed. Returns whether one decided after that."""
    kinds = [choice.value for choice in Decision if choice]
    acts: list[Callable[[], object]] = [
        partial(
            decide,
            actor=manager,
            idea=made,
            decision=kinds[n % len(kinds)],
            reason_en=f"Why {manager.pk}",
            reason_zh=f"因为 {manager.pk}",
            now=DECISION + timedelta(seconds=n),
        )
        for n, manager in enumerate(managers)
    ]
    acts.insert(len(acts) // 2, partial(withdraw_idea, author=moderator, idea=made, now=DECISION))
    assert set(at_once(acts)) <= {"Gone"}
    facts = OutboxEvent.objects.filter(payload__idea_id=made.pk)
    removed = facts.get(name="ideas.idea.withdrawn")
    return facts.filter(name="ideas.idea.decided", pk__gt=removed.pk).exists()


def test_one_decision_of_many_stands_whole_and_none_comes_after_a_removal():
    managers, moderator = [staff(Role.BRAND_MANAGER, f"boss{n}") for n in range(PLACES)], staff(Role.MODERATOR)
    found, author = contest(), member()
    kinds = [choice.value for choice in Decision if choice]
    for _ in range(5):
        made = idea(found, author)
        assert not decisions_and_a_removal(made, managers, moderator)
        made.refresh_from_db()
        decided = OutboxEvent.objects.filter(name="ideas.idea.decided", payload__idea_id=made.pk).order_by("pk")
        if not decided:
            assert (made.decision, made.decided_by) == ("", None)
            continue
        signer = made.decided_by_id
        n = [manager.pk for manager in managers].index(signer)
        assert (made.decision, made.reason_en, made.reason_zh) == (
            kinds[n % len(kinds)],
            f"Why {signer}",
            f"因为 {signer}",
        )
        assert made.decided_at == decided.last().occurred_at == DECISION + timedelta(seconds=n)


def test_control_without_the_lock_somebody_decides_about_what_was_removed():
    managers, moderator = [staff(Role.BRAND_MANAGER, f"boss{n}") for n in range(PLACES)], staff(Role.MODERATOR)
    found, author = contest(), member()

    def decided_after_it() -> bool:
        with no_locks():
            return decisions_and_a_removal(idea(found, author), managers, moderator)

    assert ever(decided_after_it)


def left_of_a_removal(moderator: Member, found: Contest) -> bool:
    """An idea is removed while its author is erased. Returns whether anything of it is left."""
    made = idea(found, member())

    def a_moment_later() -> None:
        time.sleep(random.random() * 0.1)
        withdraw_idea(author=moderator, idea=made, now=VOTING)

    assert at_once([a_moment_later, partial(erase_member, member=made.author, now=VOTING)]) == Counter()
    made.refresh_from_db()
    assert made.withdrawn_at
    return bool(made.title or made.source or made.html or made.text)


def test_nothing_is_left_of_an_idea_that_is_removed_while_its_author_is_erased():
    moderator, found = staff(Role.MODERATOR), contest()
    for _ in range(40):
        assert not left_of_a_removal(moderator, found)


def test_control_without_a_look_at_the_author_an_idea_that_is_removed_meanwhile_is_left(monkeypatch):
    moderator, found = staff(Role.MODERATOR), contest()
    monkeypatch.setattr("ideas.services.proposals.forget_ideas", lambda _ids, *, now: None)
    assert ever(lambda: left_of_a_removal(moderator, found))


# Controls of votes


def another(boss: Member) -> Contest:
    """One contest more."""
    return contest(actor=boss, slug=f"more-{Contest.objects.count()}")


def removals_and_votes_of_their_authors(boss: Member, moderator: Member) -> Counter[str]:
    """Each author votes for another's idea and takes the vote back while theirs is removed."""
    found = another(boss)
    authors = [member() for _ in range(6)]
    ideas = [idea(found, author, title=f"Of {author.pk}") for author in authors]
    aim = idea(found, title="What all vote for")
    votes = [partial(cast_vote, voter=author, idea=aim, now=VOTING) for author in authors]
    back = [partial(withdraw_vote, voter=author, idea=aim, now=VOTING) for author in authors]
    remove = [partial(withdraw_idea, author=moderator, idea=one, now=VOTING) for one in ideas]
    errors = at_once([*votes, *remove, *back])
    assert vote_differences() == []
    return errors


def test_nobody_waits_for_good_for_those_whose_ideas_are_removed_while_they_vote():
    boss, moderator = staff(Role.BRAND_MANAGER), staff(Role.MODERATOR)
    assert [removals_and_votes_of_their_authors(boss, moderator) for _ in range(8)] == [Counter()] * 8


def test_control_where_the_contest_comes_before_its_members_some_are_ended(monkeypatch):
    """Votes hold their member first, removals the contest first: PostgreSQL ends one of two who wait for each other."""
    boss, moderator, real = staff(Role.BRAND_MANAGER), staff(Role.MODERATOR), proposals.lock_idea
    monkeypatch.setattr(proposals, "lock_idea", lambda idea, **_held: real(idea, members=()))
    assert ever(lambda: "OperationalError" in removals_and_votes_of_their_authors(boss, moderator))


def test_voters_of_an_erased_author_vote_on_while_the_idea_is_removed():
    boss, moderator = staff(Role.BRAND_MANAGER), staff(Role.MODERATOR)
    for _ in range(4):
        found = another(boss)
        author, voters = member(), [member() for _ in range(8)]
        gone, other = idea(found, author, title="Of somebody erased"), idea(found, title="Another")
        for voter in voters:
            cast_vote(voter=voter, idea=gone, now=VOTING)
        erase_member(member=author, now=VOTING)
        moves = [partial(cast_vote, voter=voter, idea=other, now=VOTING) for voter in voters]
        assert at_once([*moves, partial(withdraw_idea, author=moderator, idea=gone, now=VOTING)]) == Counter()
        assert vote_differences() == []
        assert not OutboxEvent.objects.filter(payload__title="Of somebody erased").exists()


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
def without_constraint(name: str = "one_vote_a_member") -> Iterator[None]:
    model = Idea if name.startswith("idea") else Vote
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        model.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


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
