"""A search beside a withdrawal of the same moment: both are done, and nothing of the search stays."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from community.consent import services
from community.consent.services import permits_of
from community.kernel.api import facts_of
from community.traces import services as traces
from tests.people import THEN, member, permit
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

LATER = THEN + timedelta(days=1)


@pytest.fixture
def beside(monkeypatch):
    """Has a member take back the permission while their search is being written down; returns what failed."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    ada = permit(member("ada"), "profiling:onsite")
    asked, begun = threading.Event(), threading.Event()
    publish = traces.publish

    def slowly(*args, **named):
        asked.set()
        begun.wait(20)
        threading.Event().wait(0.5)  # the other act has come to what is locked
        publish(*args, **named)

    monkeypatch.setattr(traces, "publish", slowly)

    def play():
        def withdraw():
            asked.wait(20)
            begun.set()
            services.withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=LATER)

        def search():
            traces.record_search(member=ada, words="roof rack", found=0, now=LATER)

        return at_once([search, withdraw]), permits_of(ada.pk), [each.fact.name for each in facts_of(ada.pk)]

    return play


def test_both_are_done_and_nothing_of_the_search_stays(beside):
    errors, permits, facts = beside()
    assert (errors, permits) == (Counter(), frozenset())
    assert "traces.site.searched" not in facts


def test_control_of_two_orders_of_locks_one_fails(beside, monkeypatch):
    def held(member_id):
        return bool(services.Permission.objects.select_for_update().filter(member_id=member_id, purpose="profiling"))

    monkeypatch.setattr(traces, "may_profile_locked", held)
    assert beside()[0] == Counter(OperationalError=1)
