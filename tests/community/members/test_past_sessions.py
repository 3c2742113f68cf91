"""Sessions that are over leave nothing behind."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from community.kernel.registry import rounds
from community.members import past_sessions
from community.members.receivers import forget_sessions
from tests.people import member

pytestmark = pytest.mark.django_db
OVER, LASTING = timedelta(seconds=-1), timedelta(days=1)


def session(key, ends):
    """A session, and the address and browser it was used from."""
    if ends:
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + ends)
    UserSession.objects.create(session_key=key, user=member(), ip="192.0.2.7", user_agent="A browser")


def left():
    keys = [set(model.objects.values_list("session_key", flat=True)) for model in (Session, UserSession)]
    assert keys[0] == keys[1]
    return keys[0]


def test_what_is_over_goes_with_the_addresses_and_browsers(monkeypatch):
    monkeypatch.setattr(past_sessions, "BATCH", 2)
    for key, ends in {"now": LASTING, "then": OVER, "old": OVER, "older": OVER, "signed-out": None}.items():
        session(key, ends)
    assert forget_sessions() == 3 + 4
    assert left() == {"now"}


def test_it_is_done_once_an_hour():
    session("then", OVER)
    assert forget_sessions() == 2
    session("old", OVER)
    assert (forget_sessions(), left()) == (0, {"old"})
    cache.clear()
    assert (forget_sessions(), left()) == (2, set())


def test_where_there_are_too_many_it_goes_on_in_the_next_minute(monkeypatch):
    monkeypatch.setattr(past_sessions, "BATCH", 1)
    monkeypatch.setattr(past_sessions, "MOST", 2)
    for number in range(3):
        session(f"then{number}", OVER)
    assert [forget_sessions() for _minute in range(3)] == [4, 2, 0]
    assert left() == set()


def test_who_is_signed_in_stays_so(client):
    client.force_login(member("otto"))
    forget_sessions()
    assert client.get("/me/space/").status_code == 200


def test_the_relay_does_it():
    assert forget_sessions in [getattr(one, "__wrapped__", None) for one in rounds()]
