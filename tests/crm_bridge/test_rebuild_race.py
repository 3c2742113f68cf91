"""Profiles made anew twice at the same moment, while somebody acts: each is what one rebuild alone would make."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection

from community.kernel.api import now
from community.kernel.relay import deliver_once
from community.members.api import Member
from crm_bridge.mirror.services import mute
from crm_bridge.models import ActiveDay, InterestControl, Profile, Signal
from crm_bridge.profiles import projector
from tests.forums.places import topic
from tests.people import member, permit
from tests.relay import drain
from tests.threads import at_once, ever, no_locks
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


@pytest.fixture
def people(monkeypatch) -> list[Member]:
    """Four, learnt anew two at a time. Two wrote of nothing known, two of roof racks, of whom one wants none of it."""
    monkeypatch.setattr(projector, "LEARNT_ANEW", 2)
    load_words()
    found = [permit(member(), "profiling:onsite") for _ in range(4)]
    for number, person in enumerate(found):
        topic(author=person, title="Good day" if number < 2 else "Which roof rack?", now=now())
    drain()
    mute(member=found[3], keyword="roof-rack", now=now())
    drain()
    return found


def known() -> list[list[tuple[object, ...]]]:
    """Everything derived of everybody."""
    return [
        list(Profile.objects.order_by("pk").values_list("pk", "interests", "stage", "active_days", "acts")),
        list(ActiveDay.objects.order_by("member_id", "day").values_list("member_id", "day", "acts")),
        sorted(Signal.objects.values_list("member_id", "keyword", "source", "source_id", "count")),
        sorted(InterestControl.objects.values_list("member_id", "keyword", "muted")),
    ]


def rebuilt_twice() -> Counter[str]:
    return at_once([lambda: call_command("rebuild_profiles")] * 2)


def test_profiles_made_anew_twice_at_once_are_as_after_once_and_what_is_done_meanwhile_counts_once(people):
    def act() -> None:
        topic(author=people[3], title="Another roof rack?", now=now())
        deliver_once(now=now())

    assert at_once([lambda: call_command("rebuild_profiles")] * 2 + [act]) == Counter()
    drain()
    found = known()
    assert [acts for pk, *_rest, acts in found[0] if pk == people[3].pk] == [2]
    call_command("rebuild_profiles")
    assert known() == found


def test_control_where_rebuilds_do_not_wait_for_each_other_they_end_each_other_or_count_twice(people):
    before = known()

    def goes_wrong() -> bool:
        with no_locks():
            return bool(rebuilt_twice()) or known() != before

    assert ever(goes_wrong)
