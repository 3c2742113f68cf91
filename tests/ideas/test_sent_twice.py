"""An idea that is sent twice, by a double click or a browser that asks again, is there once; so is a vote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from community.kernel.api import Conflict
from community.kernel.models import OutboxEvent
from ideas.models import Contest, Idea, VoteEvent
from ideas.services import cast_vote, submit_idea, withdraw_idea, withdraw_vote
from tests.contests import SUBMISSION, VOTING, begin, contest, idea
from tests.forums.places import picture
from tests.people import member

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HELD = 2 * (connection.vendor == "postgresql")  # there the member is held, before the contest and by the fact


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Contest, Idea, VoteEvent, OutboxEvent)]


@pytest.fixture
def world():
    return contest(), member("maja")


def hand_in(where, author, **more):
    sent = {"title": "A box", "source": "Anywhere", "now": SUBMISSION} | more
    return submit_idea(author=author, contest=where, **sent)


@pytest.mark.parametrize("seconds", [-5, 0, 59])
def test_an_idea_sent_twice_is_one(world, seconds):
    first = hand_in(*world, picture=picture(), now=SUBMISSION + 5 * SECOND)
    before = state()
    assert hand_in(*world, picture=picture(), now=SUBMISSION + (5 + seconds) * SECOND) == first
    assert state() == before


@pytest.mark.parametrize(
    "after",
    [{"title": "Box"}, {"source": "There"}, {"now": SUBMISSION + 61 * SECOND}, {"picture": picture(size=(80, 40))}],
)
def test_an_idea_that_is_not_the_same_is_another(world, after):
    hand_in(*world, picture=picture())
    made = hand_in(*world, **{"picture": picture()} | after)
    assert (made.number, Idea.objects.count(), bool(made.picture.size)) == (2, 2, True)


def test_the_same_idea_of_somebody_else_or_taken_back_is_another(world):
    where, author = world
    first = hand_in(where, author)
    hand_in(where, member())
    withdraw_idea(author=author, idea=first, now=SUBMISSION)
    hand_in(where, author)
    assert Idea.objects.count() == 3


def test_an_idea_sent_again_when_the_phase_was_over_meanwhile_is_there(world):
    first = hand_in(*world, now=VOTING - SECOND)
    assert hand_in(*world, now=VOTING) == first
    with pytest.raises(Conflict):
        hand_in(*world, title="Another", now=VOTING)


def test_both_sendings_of_a_form_lead_to_the_one_idea(client, world):
    where, author = world
    begin(where, "submission")
    client.force_login(author)
    sent = [client.post(f"/contests/{where.slug}/new/", {"title": "A box", "source": "Here"}) for _number in range(2)]
    assert [answer["Location"] for answer in sent] == [Idea.objects.get().get_absolute_url()] * 2


def test_votes_and_their_withdrawals_pressed_twice_are_one(world):
    where, author = world
    made, voter = idea(where, author), member()
    for act in (
        lambda: cast_vote(voter=voter, idea=made, now=VOTING),
        lambda: withdraw_vote(voter=voter, idea=made, now=VOTING),
    ):
        act()
        before = state()
        act()
        assert state() == before


def test_handing_in_costs_one_look_more(world, django_assert_num_queries):
    with django_assert_num_queries(12 + HELD):
        hand_in(*world)
