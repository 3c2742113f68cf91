"""The tries of signing in: counted by the address that really asks, and never so that a victim stays outside."""

import io
import re
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.handlers.asgi import ASGIRequest
from django.test import Client

from tests.people import member

pytestmark = pytest.mark.django_db
BY_ADDRESS, BY_ACCOUNT, MINUTES = 10, 5, 5  # what allauth allows: in a minute, and in five


def sign_in(login, password="", **headers):
    return Client().post("/account/login/", {"login": login, "password": password or "wrong"}, headers=headers)


def refused_for_number(answer):
    return answer.status_code == 429 or "Too many " in answer.content.decode()


def tries(number, passed=lambda n: None):
    """So many tries for as many accounts; ``passed`` is what each claims in X-Forwarded-For."""
    answers = []
    for n in range(number):
        said = passed(n)
        answers.append(sign_in(f"somebody{n}", **({"x-forwarded-for": said} if said else {})))
    return [refused_for_number(answer) for answer in answers]


EVASIONS = {
    "another each time": lambda n: f"10.0.0.{n}",
    "a list": lambda n: f"10.0.0.{n}, 10.0.1.{n}, 10.0.2.{n}",
    "rubbish": lambda n: f"x{n},,,;{n}",
}


@pytest.mark.parametrize("evasion", EVASIONS)
def test_without_a_proxy_what_is_claimed_does_not_count(settings, evasion):
    settings.PROXIES = 0
    assert tries(BY_ADDRESS + 2, EVASIONS[evasion]) == [False] * BY_ADDRESS + [True] * 2


@pytest.mark.parametrize("evasion", EVASIONS)
@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_proxies_only_what_they_saw_counts(settings, proxies, evasion):
    settings.PROXIES = proxies
    seen = ", 203.0.113.9" + ", 192.0.2.1" * (proxies - 1)
    assert tries(BY_ADDRESS + 2, lambda n: EVASIONS[evasion](n) + seen) == [False] * BY_ADDRESS + [True] * 2


def test_behind_a_proxy_those_who_really_differ_are_counted_apart(settings):
    settings.PROXIES = 1
    assert not any(tries(BY_ADDRESS + 2, lambda n: f"203.0.113.9, 198.51.100.{n}"))


def test_nobody_uses_up_the_tries_of_an_address_they_only_claim(settings):
    settings.PROXIES = 1
    tries(BY_ADDRESS + 2, lambda n: "203.0.113.9, 198.51.100.66")
    assert refused_for_number(sign_in("otto", **{"x-forwarded-for": "198.51.100.66"}))
    assert not refused_for_number(sign_in("otto", **{"x-forwarded-for": "203.0.113.9"}))


def test_a_header_that_only_looks_like_it_is_not_it():
    headers = [(b"x-forwarded-for", b"203.0.113.9"), (b"x_forwarded_for", b"10.0.0.1")]
    for order in (headers, headers[::-1]):
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": order}
        assert ASGIRequest(scope, io.BytesIO()).headers["x-forwarded-for"] == "203.0.113.9"


@pytest.fixture
def maja():
    person = member("maja")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def later(monkeypatch):
    """``later(seconds)``: the clock of the limits, moved on."""
    real, moved = time.time, [0.0]
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: real() + moved[0])

    def move(seconds):
        moved[0] += seconds

    return move


def attacked(settings, number):
    """A thief tries from an address of their own each time."""
    settings.PROXIES = 1
    return [
        refused_for_number(sign_in("maja", **{"x-forwarded-for": f"198.51.{number}.{n}"}))
        for n in range(BY_ACCOUNT + 3)
    ]


def test_tries_for_one_account_are_counted_from_wherever_they_come(settings, maja):
    assert attacked(settings, 1) == [False] * BY_ACCOUNT + [True] * 3


@pytest.mark.parametrize("name", ["MAJA", "Maja"])
def test_writing_the_name_otherwise_is_no_way_around(settings, maja, name):
    attacked(settings, 1)
    assert refused_for_number(sign_in(name, **{"x-forwarded-for": "198.51.9.9"}))


def test_the_victim_comes_in_by_password_after_five_minutes_whatever_was_tried_meanwhile(settings, maja, later):
    attacked(settings, 1)
    later(MINUTES * 60 - 30)
    assert all(attacked(settings, 2))  # refused tries do not make it longer
    later(31)
    assert sign_in("maja", "correct horse", **{"x-forwarded-for": "203.0.113.1"}).status_code == 302


def test_and_at_once_by_a_code(settings, maja):
    attacked(settings, 1)
    client = Client()
    asked = client.post("/account/login/code/", {"email": maja.email}, headers={"x-forwarded-for": "203.0.113.1"})
    assert asked.status_code == 302
    code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[-1].body, re.MULTILINE)[1]
    client.post("/account/login/code/confirm/", {"code": code}, headers={"x-forwarded-for": "203.0.113.1"})
    assert client.session["_auth_user_id"] == str(maja.pk)


def test_whoever_is_in_stays_in(settings, maja, client):
    client.force_login(maja)
    attacked(settings, 1)
    assert client.get("/notifications/").status_code == 200
