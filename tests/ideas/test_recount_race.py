"""A recount beside a vote that is being cast counts it; the control shows that it would be lost without the lock."""

import threading

import pytest
from django.db import connection, transaction

from ideas import counts
from ideas.models import Idea
from ideas.services import cast_vote
from tests.contests import VOTING, contest, idea
from tests.people import member

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def recounted():
    """Repairs the counts while a vote is cast and not committed; returns the differences after both."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    made, voter = idea(contest()), member("voter")
    Idea.objects.update(vote_count=9)
    cast, repairing = threading.Event(), threading.Event()

    def vote():
        try:
            with transaction.atomic():
                cast_vote(voter=voter, idea=made, now=VOTING)
                cast.set()
                repairing.wait(20)
                threading.Event().wait(0.5)  # the repair has come to what is locked
        finally:
            connection.close()

    def play():
        thread = threading.Thread(target=vote)
        thread.start()
        assert cast.wait(20)
        repairing.set()
        counts.repair_votes()
        thread.join()
        return counts.vote_differences()

    return play


def test_the_vote_is_counted(recounted):
    assert recounted() == []
    assert Idea.objects.get().vote_count == 1


def test_control_without_the_lock_it_is_lost(recounted, monkeypatch):
    monkeypatch.setattr(counts, "lock_rows", lambda _rows: None)
    assert recounted() != []
