"""Joining and leaving at once."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from clubs.models import Club, Membership
from clubs.queries import member_differences
from clubs.services import found_club, join_club, leave_club
from community.kernel.models import OutboxEvent
from tests.people import THEN, member
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def test_eight_clicks_at_once_make_one_member():
    club, people = (
        found_club(slug="estate", title_en="Estate", title_zh="旅行车", now=THEN),
        [member() for _ in range(5)],
    )
    joins = [lambda person=person: join_club(member=person, club=club, now=THEN) for person in people for _ in range(8)]
    assert at_once(joins) == Counter()
    assert (Club.objects.get().member_count, Membership.objects.count()) == (5, 5)
    assert OutboxEvent.objects.filter(name="clubs.club.joined").count() == 5
    leaves = [
        lambda person=person: leave_club(member=person, club=club, now=THEN) for person in people for _ in range(4)
    ]
    assert at_once([*joins, *leaves]) == Counter()
    assert member_differences() == []
