"""The daily refresh beside another relay: what is delivered in that moment is not written over."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from community.consent.api import withdraw
from community.kernel.api import now
from community.kernel.relay import deliver_once
from crm_bridge.models import Profile
from crm_bridge.profiles import projector
from tests.relay import drain
from tests.vocabulary import writer_of_racks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada():
    found = writer_of_racks()
    assert Profile.objects.get(member_id=found.pk).interests
    Profile.objects.update(due_at=now() - timedelta(days=1))
    return found


@pytest.fixture
def withdrawn_while_refreshing(ada, monkeypatch):
    """Runs a refresh; between what it reads and what it writes Ada withdraws, and another relay delivers."""
    has_read, may_write = threading.Event(), threading.Event()
    days = projector._days

    def slowly(ids):
        found = days(ids)
        if threading.current_thread() is not threading.main_thread():
            has_read.set()
            may_write.wait(20)
        return found

    def refresh():
        try:
            projector.refresh()
        finally:
            connection.close()

    def play():
        monkeypatch.setattr(projector, "_days", slowly)
        thread = threading.Thread(target=refresh)
        thread.start()
        assert has_read.wait(20)
        withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
        deliver_once(now=now())
        may_write.set()
        thread.join()
        drain()
        return Profile.objects.get(member_id=ada.pk).interests

    return play


def test_what_was_withdrawn_meanwhile_stays_withdrawn(withdrawn_while_refreshing):
    assert withdrawn_while_refreshing() == []


def test_control_without_the_lanes_the_old_profile_is_back(withdrawn_while_refreshing, monkeypatch):
    monkeypatch.setattr(projector, "lock_lanes", lambda _ids: None)
    assert withdrawn_while_refreshing() != []
