"""A moderator removes an idea while members vote: whoever voted for it has a vote again, and the result adds up."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from community.members.api import Role
from ideas import queries
from ideas.receivers import home_feed
from ideas.services import cast_vote, withdraw_idea
from tests.contests import VOTING, begin, contest, idea, votes
from tests.people import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def removed():
    """Two ideas; one with three votes is removed, the other has two. The contest, what is left, and a voter."""
    found = contest()
    gone, left = idea(found, title="A slogan"), idea(found, title="A ramp")
    voter = votes(gone, 3)[0]
    votes(left, 2)
    withdraw_idea(author=staff(Role.MODERATOR), idea=gone, now=VOTING)
    return found, left, voter


def test_whoever_voted_for_it_is_told_of_their_one_vote_and_may_give_it(removed):
    found, left, voter = removed
    found = begin(found, "voting")
    assert queries.voted_in(voter.pk) == set()
    assert [item.reason for item in home_feed(voter, 5)] == ["You have one vote"]
    client = Client()
    client.force_login(voter)
    listed = client.get("/ideas/").content.decode()
    assert "You have one vote." in listed and "You voted." not in listed
    page = client.get(found.get_absolute_url()).content.decode()
    assert "You have one vote." in page and "data-voted" not in page
    assert client.get(left.get_absolute_url()).context["card"].state == "idle"
    cast_vote(voter=voter, idea=left, now=timezone.now())
    assert queries.voted_in(voter.pk) == {found.pk}
    assert "You voted. You may move your vote until the close." in client.get("/ideas/").content.decode()


def test_the_results_count_the_votes_for_the_ideas_that_are_there(removed, client):
    found = begin(removed[0], "results")
    page = client.get(f"/contests/{found.slug}/results/")
    assert page.context["total"] == page.context["curve"].last.votes == 2
    html = page.content.decode()
    assert "2 members voted." in html and "Votes grew to 2 between" in html
