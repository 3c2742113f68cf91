"""While the mail server is away, silent or refusing, a page says so soon, and what was begun can be gone on with."""

import re
import smtplib
import socket
import time

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as ours
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from tests.people import member

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"
JOINING = {"name": "Maja", "username": "maja", "email": "maja@somewhere.example", "password1": PASSWORD}
CODE = re.compile(r"^[A-Z0-9-]{6,}$", re.MULTILINE)
ERRORS = [
    ConnectionRefusedError(),
    TimeoutError(),
    smtplib.SMTPServerDisconnected("who are you?"),
    smtplib.SMTPRecipientsRefused({"maja@somewhere.example": (451, b"later")}),
]


@pytest.fixture
def away(monkeypatch):
    """From then on mail cannot be sent; returns what brings the server back, a minute later."""

    sends = EmailBackend.send_messages

    def begins(error):
        def fails(self, messages):
            raise error

        monkeypatch.setattr(EmailBackend, "send_messages", fails)
        return back

    def back():
        monkeypatch.setattr(EmailBackend, "send_messages", sends)
        cache.clear()  # the ten seconds before another code is sent

    return begins


def code():
    return CODE.search(mail.outbox[-1].body)[0]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_who_joins_is_told_the_way_on_and_it_leads_there(client, away, caplog, error):
    back = away(error)
    page = client.post(reverse("account_signup"), JOINING)
    assert page.status_code == 503
    assert "in a minute, sign in with the name and the password you chose" in page.content.decode()
    assert f"a mail could not be sent: {type(error).__name__}" in caplog.text
    assert "somewhere.example" not in "".join(record.getMessage() for record in caplog.records)
    assert EmailAddress.objects.get(user__username="maja").verified is False

    back()
    page = client.post(reverse("account_login"), {"login": "maja", "password": PASSWORD})
    assert page["Location"] == reverse("account_email_verification_sent")
    client.post(page["Location"], {"code": code()})
    assert client.session["_auth_user_id"] == str(Member.objects.get(username="maja").pk)


def test_nobody_learns_whether_an_address_has_an_account(away):
    somebody = member("ada")
    EmailAddress.objects.create(user=somebody, email=somebody.email, primary=True, verified=True)
    away(TimeoutError())
    for name, values in {
        "account_signup": JOINING,
        "account_request_login_code": {},
        "account_reset_password": {},
    }.items():
        known, unknown = (
            Client().post(reverse(name), {**values, "username": f"maja{n}", "email": email})
            for n, email in enumerate((somebody.email, "nobody@somewhere.example"))
        )
        assert known.status_code == unknown.status_code == 503
        assert said(known) == said(unknown)


def said(page):
    return re.search(r'<p class="lede">(.*?)</p>', page.content.decode())[1]


def test_an_address_that_could_not_be_added_can_be_added_later(client, away):
    somebody = member("ada")
    client.force_login(somebody)
    EmailAddress.objects.create(user=somebody, email=somebody.email, primary=True, verified=True)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse"})
    back = away(TimeoutError())
    new = {"action_add": "", "email": "second@somewhere.example"}
    page = client.post(reverse("account_email"), new)
    assert (page.status_code, "try again in a minute" in page.content.decode()) == (503, True)
    back()
    assert client.post(reverse("account_email"), new).status_code == 302
    assert mail.outbox[-1].to == ["second@somewhere.example"]


def test_a_silent_server_is_not_waited_for_without_end(client, settings):
    assert ours.EMAIL_TIMEOUT == 5
    with socket.socket() as silent:  # takes connections and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.2
        began = time.monotonic()
        page = client.post(reverse("account_signup"), JOINING, headers={"Accept": "application/json"})
    assert time.monotonic() - began < 5
    assert (page.status_code, list(page.json())) == (503, ["error"])
