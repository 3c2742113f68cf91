"""A repair beside a yes or a no of the same moment: both are done; the control shows that one would fail without."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from community.consent import ledger, services
from community.consent.models import Permission
from tests.people import THEN, member, permit
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

LATER = THEN + timedelta(days=1)


def yes(member_id):
    said = {"purpose": "product_news", "channel": "email", "text_version": "1", "source": "test"}
    services.grant(member_id=member_id, now=LATER, **said)


def no(member_id):
    services.withdraw(member_id=member_id, purpose="product_news", channel="email", source="test", now=LATER)


@pytest.fixture
def beside(monkeypatch):
    """Has a member say something while their permission, which is not as the ledger says, is being repaired."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    ada = permit(member("ada"), "product_news:email")
    changed, held = threading.Event(), threading.Event()
    publish, lock_members = services.publish, ledger.lock_members

    def told(*args, **named):
        changed.set()
        held.wait(1)  # the repair has come to what is locked
        publish(*args, **named)

    def holds(people):
        changed.wait(20)
        lock_members(people)
        held.set()

    monkeypatch.setattr(services, "publish", told)
    monkeypatch.setattr(ledger, "lock_members", holds)

    def play(says):
        rows = Permission.objects.filter(member_id=ada.pk)
        rows.delete() if says is yes else rows.update(since=THEN - timedelta(days=3))

        def repair():
            changed.wait(20)
            list(ledger.repair_permissions())

        return at_once([lambda: says(ada.pk), repair])

    return play


@pytest.mark.parametrize("says", [yes, no])
def test_both_are_done(beside, says):
    assert beside(says) == Counter()
    assert ledger.permission_drift() == []
    assert Permission.objects.exists() == (says is yes)


@pytest.mark.parametrize("says", [yes, no])
def test_control_of_two_orders_of_locks_one_fails(beside, says, monkeypatch):
    monkeypatch.setattr(services, "lock_members", lambda _member_ids: None)
    assert beside(says) == Counter(OperationalError=1)
