from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.state import ProjectState

from community.consent.api import (
    CONTACT_CHANNELS,
    PURPOSE_CHANNELS,
    Permit,
    Yes,
    date_back,
    decided_among,
    grant,
    grant_many,
    history,
    may_profile,
    pause,
    permits_for_many,
    permits_of,
    withdraw,
)
from community.consent.ledger import permission_drift
from community.consent.models import LedgerIsAppendOnly, Permission, PermissionEntry
from community.consent.services import forget_member
from community.kernel.api import Invalid, facts_of
from tests.people import THEN

pytestmark = pytest.mark.django_db


def yes(now, purpose="product_news", channel="email", member_id=7):
    grant(member_id=member_id, purpose=purpose, channel=channel, text_version="1", source="test", now=now)


def permit_of(member_id, purpose, channel, *, now):
    return permits_for_many([member_id], purpose, channel, now=now).get(member_id)


def test_the_default_is_no(now):
    assert permit_of(7, "product_news", "email", now=now) is None
    assert permits_of(7) == frozenset()
    assert not may_profile(7)
    assert not may_profile(None)


def test_a_yes_gives_a_permit_for_exactly_that(now):
    yes(now)
    permit = permit_of(7, "product_news", "email", now=now)
    assert (permit.member_id, permit.purpose, permit.channel) == (7, "product_news", "email")
    assert permit_of(7, "product_news", "push", now=now) is None
    assert permit_of(7, "offers", "email", now=now) is None
    assert permit_of(8, "product_news", "email", now=now) is None


def test_profiling_is_no_permit_to_reach_anybody(now):
    yes(now, "profiling", "onsite")
    assert may_profile(7)
    assert permits_for_many([7], "profiling", "onsite", now=now) == {}
    assert "profiling" in PURPOSE_CHANNELS
    assert "profiling" not in CONTACT_CHANNELS


def test_a_permit_cannot_be_made_elsewhere():
    with pytest.raises(TypeError):
        Permit(7, "product_news", "email")


def test_every_yes_and_no_stays_in_the_ledger_and_is_a_fact(now):
    yes(now)
    yes(now)
    withdraw(member_id=7, purpose="product_news", channel="email", source="mirror", now=now + timedelta(days=1))
    withdraw(member_id=7, purpose="product_news", channel="email", source="mirror", now=now + timedelta(days=2))
    assert [(e.granted, e.source) for e in history(7)] == [(True, "test"), (False, "mirror")]
    names = [type(delivery.fact).__name__ for delivery in facts_of(7)]
    assert names == ["PermissionGranted", "PermissionWithdrawn"]
    assert permits_of(7) == frozenset()
    assert permission_drift() == []


def test_many_answers_leave_what_one_at_a_time_would(now, django_assert_num_queries):
    yes(now)
    later = now + timedelta(days=1)
    pairs = [("product_news", "email"), ("offers", "push")]
    answers = [Yes(who, *pair, later + timedelta(hours=who)) for who in (7, 8) for pair in pairs]
    # What is held, permissions, ledger, facts; on PostgreSQL their lock, twice; savepoints around all of it.
    with django_assert_num_queries(9 if connection.vendor == "postgresql" else 7):
        assert grant_many([*answers, Yes(8, "offers", "push", now)], text_version="2", source="many") == 3
    assert [(e.purpose, e.source, e.at) for e in history(7)] == [
        ("product_news", "test", now),
        ("offers", "many", later + timedelta(hours=7)),
    ]
    assert [(e.purpose, e.text_version, e.at) for e in history(8)] == [
        ("product_news", "2", later + timedelta(hours=8)),
        ("offers", "2", later + timedelta(hours=8)),
    ]
    assert [(d.fact.purpose, d.fact.source, d.occurred_at) for d in facts_of(8)] == [
        ("product_news", "many", later + timedelta(hours=8)),
        ("offers", "many", later + timedelta(hours=8)),
    ]
    assert (permits_of(8), permission_drift()) == ({"product_news:email", "offers:push"}, [])
    assert decided_among([7, 8, 9]) == {7, 8}
    assert grant_many(answers, text_version="3", source="again") == 0


def test_a_yes_of_one_source_may_count_from_earlier_on_and_the_ledger_has_both(now, django_assert_num_queries):
    earlier, pairs = now - timedelta(days=9), [("product_news", "email"), ("offers", "push")]
    grant_many([Yes(who, *pair, now) for who in (7, 8, 9) for pair in pairs], text_version="1", source="demo")
    withdraw(member_id=8, purpose="offers", channel="push", source="mirror", now=now)
    untouched = [list(history(8)), permits_of(8)]
    # What is held, who decided, permissions, ledger, facts; on PostgreSQL their lock, twice; a savepoint around all.
    with django_assert_num_queries(10 if connection.vendor == "postgresql" else 8):
        assert date_back({7: earlier, 8: earlier, 9: now + timedelta(days=1)}, source="demo") == 2
    assert [(e.purpose, e.at) for e in history(7)] == [(purpose, at) for at in (earlier, now) for purpose, _ in pairs]
    assert set(Permission.objects.filter(member_id=7).values_list("since", flat=True)) == {earlier}
    assert [(d.fact.purpose, d.occurred_at) for d in facts_of(7)][2:] == [(purpose, earlier) for purpose, _ in pairs]
    assert [list(history(8)), permits_of(8)] == untouched
    assert {e.at for e in history(9)} == {now}
    assert permission_drift() == []
    assert (date_back({7: earlier}, source="demo"), date_back({7: THEN}, source="test")) == (0, 0)


def test_one_answer_that_is_not_offered_keeps_all_of_them_out(now):
    with pytest.raises(Invalid):
        grant_many([Yes(7, "offers", "email", now), Yes(8, "offers", "pigeon", now)], text_version="1", source="test")
    assert (PermissionEntry.objects.count(), permits_of(7), list(facts_of(7))) == (0, frozenset(), [])


@pytest.mark.parametrize("pair", [("profiling", "email"), ("nonsense", "email"), ("offers", "pigeon")])
def test_what_is_not_offered_is_refused(now, pair):
    with pytest.raises(Invalid):
        yes(now, *pair)
    assert PermissionEntry.objects.count() == 0


def test_a_pause_withholds_the_permit_until_its_end(now):
    yes(now)
    pause(member_id=7, until=now + timedelta(days=30), now=now)
    assert permit_of(7, "product_news", "email", now=now) is None
    assert permit_of(7, "product_news", "email", now=now + timedelta(days=31)) is not None
    pause(member_id=7, until=None, now=now)
    assert permit_of(7, "product_news", "email", now=now) is not None


def test_the_ledger_refuses_change_and_deletion(now):
    yes(now)
    entry = PermissionEntry.objects.get()
    entry.granted = False
    for attempt in (
        entry.save,
        entry.delete,
        PermissionEntry.objects.all().delete,
        lambda: PermissionEntry.objects.update(granted=False),
        lambda: PermissionEntry.objects.bulk_update([entry], ["granted"]),
        lambda: PermissionEntry.objects.update_or_create({"granted": False}, pk=entry.pk),
    ):
        with pytest.raises(LedgerIsAppendOnly), transaction.atomic():
            attempt()
    assert PermissionEntry.objects.get().granted


def test_erasure_keeps_a_proof_that_leads_to_nobody(now):
    marks = set()
    for _time in range(2):  # what is worked out from the number, with whatever key, would be the same twice
        yes(now)
        yes(now, channel="push")
        forget_member(7)
        assert not PermissionEntry.objects.exclude(member_id=None).exists()
        marks |= set(PermissionEntry.objects.values_list("erased_mark", flat=True))
    assert (len(marks), {len(mark) for mark in marks}, Permission.objects.count()) == (2, {32}, 0)


def test_an_upgrade_puts_random_marks_in_the_place_of_those_of_before(now):
    for mark in ("", "old", "old", "older"):
        PermissionEntry.objects.create(
            member_id=None if mark else 7, erased_mark=mark, purpose="offers", channel="email", granted=True, at=now
        )
    before = ProjectState.from_apps(apps).apps  # which know nothing of a ledger that refuses changes
    import_module("community.consent.migrations.0003_random_marks").mark_at_random(before, None)
    kept, one, same, other = PermissionEntry.objects.order_by("pk").values_list("erased_mark", flat=True)
    assert (kept, one == same, one == other) == ("", True, False)
    assert {len(one), len(other)} == {32}
