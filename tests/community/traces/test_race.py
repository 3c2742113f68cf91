"""A search while the permission is taken back."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from community.consent.api import withdraw
from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.traces.api import record_search
from tests.people import member, permit
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def test_no_search_survives_a_permission_withdrawn_in_the_same_moment():
    for _ in range(20):
        person = permit(member(), "profiling:onsite", now=now())

        def search(person=person):
            record_search(member=person, words="roof rack", found=0, now=now())

        def take_back(person=person):
            withdraw(member_id=person.pk, purpose="profiling", channel="onsite", source="test", now=now())

        assert at_once([search, search, search, take_back, search, search, search]) == Counter()
        assert OutboxEvent.objects.filter(member_id=person.pk, name__startswith="traces.").count() == 0
