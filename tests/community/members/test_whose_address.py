"""Who joins with somebody else's address keeps no way into the account once its owner takes it."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from tests.people import member

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
GUESSED = "a long enough one"
OWN = "an even longer one"
JOINING = {"name": "Maja", "username": "maja", "email": "maja@somewhere.example", "password1": GUESSED}
TOLD = "Until now nobody had shown that this address is theirs, so the password set before no longer works."


@pytest.fixture
def stranger():
    """Somebody who joined with Maja's address, has the page that asks for the code, and no code."""
    client = Client()
    client.post(reverse("account_signup"), JOINING)
    return client


def code():
    return re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)[0]


def come_by_code(client, email=JOINING["email"]):
    client.post(reverse("account_request_login_code"), {"email": email})
    return client.post(reverse("account_confirm_login_code"), {"code": code()})


def signed_in(client):
    """Whether the site knows them, which also looks at whether the password of the session is still theirs."""
    return client.get(reverse("account_email")).status_code == 200


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request) if TOLD in str(message)]


def test_the_password_of_who_joined_with_anothers_address_ends_when_the_owner_comes_by_code(client, stranger):
    response = come_by_code(client)
    maja = Member.objects.get()
    assert EmailAddress.objects.get().verified
    assert signed_in(client)
    assert told(response) != []
    assert not maja.has_usable_password()
    assert not signed_in(stranger)
    Client().post(reverse("account_login"), {"login": "maja", "password": GUESSED})
    assert stranger.post(reverse("account_login"), {"login": "maja", "password": GUESSED})["Location"] == reverse(
        "account_email_verification_sent"
    )
    assert not signed_in(stranger)
    fresh = Client()
    assert fresh.post(reverse("account_login"), {"login": "maja", "password": GUESSED}).status_code == 422
    assert not signed_in(fresh)


def test_the_owner_sets_a_password_of_their_own_and_signs_in_with_it(client, stranger):
    come_by_code(client)
    assert client.get(reverse("account_change_password"))["Location"] == reverse("account_set_password")
    client.post(reverse("account_set_password"), {"password1": OWN, "password2": OWN})
    again = Client()
    again.post(reverse("account_login"), {"login": "maja", "password": OWN})
    assert signed_in(again)


def test_a_reset_that_was_begun_and_left_ends_the_password_too(client, stranger):
    client.post(reverse("account_reset_password"), {"email": JOINING["email"]})
    response = client.post(reverse("account_confirm_password_reset_code"), {"code": code()})
    assert EmailAddress.objects.get().verified
    assert told(response) == []  # the next page asks for a new one
    fresh = Client()
    assert fresh.post(reverse("account_login"), {"login": "maja", "password": GUESSED}).status_code == 422
    client.post(reverse("account_complete_password_reset"), {"password1": OWN, "password2": OWN})
    assert Member.objects.get().check_password(OWN)


def test_sessions_and_keys_made_before_the_address_was_shown_end(client, stranger):
    maja = Member.objects.get()
    stranger.force_login(maja)  # as they could where an address need not be shown first
    TOTP.activate(maja, generate_totp_secret())
    assert signed_in(stranger)
    come_by_code(client)
    assert not signed_in(stranger)
    assert signed_in(client)
    assert Authenticator.objects.count() == 0
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [client.session.session_key]


def test_who_joined_and_gives_the_code_in_the_same_browser_keeps_the_password(client):
    client.post(reverse("account_signup"), JOINING)
    response = client.post(reverse("account_email_verification_sent"), {"code": code()})
    assert signed_in(client)
    assert told(response) == []
    assert Member.objects.get().check_password(GUESSED)


def test_who_comes_back_with_the_password_and_gives_the_code_keeps_it(stranger, client, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    client.post(reverse("account_login"), {"login": "maja", "password": GUESSED})
    client.post(reverse("account_email_verification_sent"), {"code": code()})
    assert signed_in(client)
    assert Member.objects.get().check_password(GUESSED)


def test_one_whose_address_is_known_to_be_theirs_comes_by_code_and_keeps_all(client):
    maja = member("maja")
    EmailAddress.objects.create(user=maja, email=maja.email, primary=True, verified=True)
    response = come_by_code(client, maja.email)
    assert signed_in(client)
    assert told(response) == []
    assert Member.objects.get().check_password("correct horse")


def test_a_second_address_ends_nothing(client):
    maja = member("maja")
    EmailAddress.objects.create(user=maja, email=maja.email, primary=True, verified=True)
    TOTP.activate(maja, generate_totp_secret())
    EmailAddress.objects.create(user=maja, email="second@somewhere.example")
    come_by_code(client, "second@somewhere.example")
    assert Member.objects.get().check_password("correct horse")
    assert Authenticator.objects.count() == 1
    assert not signed_in(client)  # the second step is asked for
