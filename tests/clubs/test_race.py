"""Joining and leaving at once."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial

import pytest
from django.db import connection, transaction

from clubs.counts import member_differences
from clubs.models import Club, Membership
from clubs.services import ensure_club, join_club, leave_club
from community.kernel.models import OutboxEvent
from community.members.api import Member
from tests.people import THEN, member
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def test_eight_clicks_at_once_make_one_member():
    club, people = (
        ensure_club(slug="estate", title_en="Estate", title_zh="旅行车", now=THEN),
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
    for person in people:
        last = OutboxEvent.objects.filter(name__startswith="clubs.club.", member_id=person.pk).latest("pk")
        assert (last.name == "clubs.club.joined") == Membership.objects.filter(member=person).exists()


def careless(*, member: Member, club: Club, comes: bool) -> None:
    """What most programs do: look, then write."""
    with transaction.atomic():
        fresh = Club.objects.get(pk=club.pk)
        time.sleep(0.005)
        if comes:
            Membership.objects.create(club=club, member=member, joined_at=THEN)
        elif not Membership.objects.filter(club=club, member=member).delete()[0]:
            return
        fresh.member_count += 1 if comes else -1
        fresh.save(update_fields=["member_count"])


def test_control_a_number_that_is_read_and_written_is_wrong():
    club = ensure_club(slug="estate", title_en="Estate", title_zh="旅行车", now=THEN)
    inside, outside = [member() for _ in range(3)], [member() for _ in range(12)]
    for person in inside:
        join_club(member=person, club=club, now=THEN)
    acts = [partial(careless, member=person, club=club, comes=person in outside) for person in (*inside, *outside)]
    assert at_once(acts) == Counter()
    assert member_differences() == ["club estate"]
