"""A vote is an act at once; what it was for is learnt once everybody may read the counts, and not a moment before."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from crm_bridge.mirror.services import add, remove
from crm_bridge.models import ActiveDay, Profile, Signal
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.profiles.queries import interests_of, profile_of
from ideas.models import Contest, Vote
from ideas.services import advance_contests, cast_vote, tell_votes, withdraw_idea, withdraw_vote
from tests.contests import DECISION, RESULTS, VOTING, contest, idea
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db(transaction=True)

COUNTED = "ideas.vote.counted"
LATER = VOTING + timedelta(hours=5)


@pytest.fixture(autouse=True)
def no_round_enters_phases(monkeypatch):
    """Phases are entered by the tests: the relay's clock is far behind the results."""
    monkeypatch.setattr("ideas.receivers.now", lambda: VOTING)


@pytest.fixture
def rails():
    load_words()
    return idea(contest(), title="A roof rack that folds")


@pytest.fixture
def tyre(rails):
    return idea(rails.contest, title="A winter tyre that folds")


@pytest.fixture
def ada():
    return permit(member("ada"), "profiling:onsite")


def enter(at):
    advance_contests(now=at)
    drain()


def known(person):
    return {interest.code for interest in interests_of(profile_of(person.pk))}


def learnt(person):
    found = Signal.objects.filter(member_id=person.pk).order_by("keyword")
    return list(found.values_list("keyword", "source", "source_id", "title", "at"))


def derived(person):
    profile = Profile.objects.values().get(pk=person.pk)
    profile.pop("computed_at")
    return profile, list(ActiveDay.objects.filter(member_id=person.pk).values("day", "acts", "last_at")), learnt(person)


def counted():
    return list(OutboxEvent.objects.filter(name=COUNTED).values_list("member_id", "payload__idea_id", "occurred_at"))


@pytest.mark.parametrize("at", [VOTING, DECISION])
def test_until_the_results_a_vote_is_an_act_and_no_interest_and_a_rebuild_knows_no_more(ada, rails, at):
    cast_vote(voter=ada, idea=rails, now=LATER)
    enter(at)
    assert (known(ada), learnt(ada), counted()) == (set(), [], [])
    assert (profile_of(ada.pk).last_active_at, profile_of(ada.pk).acts) == (LATER, 1)
    replayed = derived(ada)
    list(rebuild_profiles(now=now()))
    assert derived(ada) == replayed


def test_with_the_results_it_is_an_interest_from_the_time_of_the_vote_and_a_rebuild_gives_the_same(ada, rails):
    cast_vote(voter=ada, idea=rails, now=LATER)
    enter(RESULTS)
    assert learnt(ada) == [("roof-rack", "vote", str(rails.pk), rails.title, LATER)]
    assert known(ada) == {"roof-rack"}
    assert profile_of(ada.pk).acts == 1
    replayed = derived(ada)
    list(rebuild_profiles(now=now()))
    assert derived(ada) == replayed


def test_only_the_vote_that_stands_is_learnt_from(ada, rails, tyre):
    ben = permit(member("ben"), "profiling:onsite")
    for person in (ada, ben):
        cast_vote(voter=person, idea=rails, now=VOTING)
    cast_vote(voter=ada, idea=tyre, now=LATER)
    withdraw_vote(voter=ben, contest=rails.contest, now=LATER)
    enter(RESULTS)
    assert (known(ada), known(ben)) == ({"winter-tyre"}, set())
    assert counted() == [(ada.pk, tyre.pk, LATER)]


def test_a_vote_for_an_idea_that_was_removed_teaches_nothing(ada, rails):
    cast_vote(voter=ada, idea=rails, now=VOTING)
    withdraw_idea(author=staff(Role.MODERATOR), idea=rails, now=LATER)
    enter(RESULTS)
    assert (known(ada), counted()) == (set(), [])


@pytest.mark.parametrize("at", [LATER, RESULTS + timedelta(hours=1)])
def test_of_an_erased_voter_nothing_is_told(ada, rails, at):
    cast_vote(voter=ada, idea=rails, now=VOTING)
    if at > RESULTS:
        advance_contests(now=RESULTS)
    erase_member(member=ada, now=at)
    enter(RESULTS)
    assert counted() == [] and not Signal.objects.exists()
    assert not Vote.objects.filter(told=False, contest__phase="results").exists()


def test_a_vote_before_the_yes_never_counts_though_the_results_come_after_it(rails):
    ada = member("ada")
    cast_vote(voter=ada, idea=rails, now=VOTING)
    permit(ada, "profiling:onsite", now=LATER)
    enter(RESULTS)
    assert len(counted()) == 1
    assert (known(ada), profile_of(ada.pk).acts) == (set(), 0)


@pytest.mark.parametrize(("phase", "interests"), [(VOTING, set()), (RESULTS, {"roof-rack"})])
def test_a_yes_that_is_dated_back_reaches_only_what_was_told(rails, phase, interests):
    ada = member("ada")
    cast_vote(voter=ada, idea=rails, now=VOTING)
    enter(phase)
    permit(ada, "profiling:onsite", now=VOTING)
    drain()
    assert (known(ada), profile_of(ada.pk).acts) == (interests, 1)


def test_an_interest_removed_between_the_vote_and_the_results_does_not_come_back(ada, rails):
    cast_vote(voter=ada, idea=rails, now=VOTING)
    add(member=ada, term="roof rack", now=VOTING)
    remove(member=ada, keyword="roof-rack", now=LATER)
    enter(RESULTS)
    assert known(ada) == set()
    list(rebuild_profiles(now=now()))
    assert known(ada) == set()


def test_results_that_are_entered_late_tell_each_vote_once(rails, tyre, monkeypatch):
    """A relay that was away enters all phases at once; some votes at a time are told, in several rounds."""
    monkeypatch.setattr("ideas.services.votes.AT_ONCE", 2)
    people = [permit(member(), "profiling:onsite") for _ in range(5)]
    for number, person in enumerate(people):
        cast_vote(voter=person, idea=[rails, tyre][number % 2], now=LATER)
    assert tell_votes() == 0
    advance_contests(now=RESULTS + timedelta(days=9))
    assert [tell_votes() for _ in range(4)] == [2, 2, 1, 0]
    drain()
    assert sorted(person for person, _idea, _at in counted()) == [person.pk for person in people]
    assert {at for _person, _idea, at in counted()} == {LATER}
    assert [known(person) for person in people[:2]] == [{"roof-rack"}, {"winter-tyre"}]


@pytest.mark.parametrize("count", [1, 9])
def test_telling_of_votes_costs_the_same_for_any_number(rails, count, django_assert_num_queries):
    for _ in range(count):
        cast_vote(voter=member(), idea=rails, now=VOTING)
    advance_contests(now=RESULTS)
    # which, read again with their ideas, who was erased, facts, told, and a transaction; PostgreSQL holds voters, twice
    with django_assert_num_queries(9 if connection.vendor == "postgresql" else 7):
        assert tell_votes() == count


@pytest.mark.parametrize(("phase", "interests"), [("voting", set()), ("results", {"roof-rack"})])
def test_what_an_older_version_learnt_goes_until_the_results(ada, rails, phase, interests):
    cast_vote(voter=ada, idea=rails, now=VOTING)
    enter({"voting": VOTING, "results": RESULTS}[phase])
    # as it was left: learnt from at once, and nobody told of a vote that counted
    OutboxEvent.objects.filter(name=COUNTED).delete()
    Vote.objects.update(told=False)
    Signal.objects.all().delete()
    row = {"keyword": "roof-rack", "source": "vote", "source_id": str(rails.pk), "title": rails.title}
    Signal.objects.create(member_id=ada.pk, at=VOTING, event_id=OutboxEvent.objects.latest("pk").pk, **row)
    Profile.objects.update(interests=[{"keyword": "roof-rack"}], computed_at=timezone.now())
    import_module("crm_bridge.migrations.0006_votes_after_the_results").forget(apps, None)
    assert not Signal.objects.exists()
    drain()
    assert (Contest.objects.get().phase, known(ada)) == (phase, interests)
