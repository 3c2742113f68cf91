"""Whoever signed in some time ago is asked once more before what an open session alone should not do."""

import json
import re
import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from community.members.api import Member, Newcomer, import_members
from tests.people import THEN, member

pytestmark = pytest.mark.django_db
SECOND = "second@somewhere.example"
ADDING = {"email": SECOND, "action_add": "1"}
PASSWORD = {"password": "correct horse"}
JOINING = {"name": "Ada", "username": "ada", "email": "ada@somewhere.example", "password1": "a long enough one"}


@pytest.fixture
def maja(client):
    person = member("maja")
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": "maja", **PASSWORD})
    return person


@pytest.fixture
def newcomer(client):
    """Somebody who has just joined: the password chosen and the code given, in one session."""
    client.post(reverse("account_signup"), JOINING)
    client.post(reverse("account_email_verification_sent"), {"code": code()})
    return Member.objects.get(username="ada")


def code():
    return re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)[0]


def age(client, seconds):
    """Let the sign-in be some time ago."""
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] = time.time() - seconds
    session.save()


def asked(response):
    return response.status_code == 302 and response["Location"].startswith(reverse("account_reauthenticate"))


def code_sent():
    """Whether the address is being added: a code is on its way to it."""
    return [SECOND] in [message.to for message in mail.outbox]


def test_ten_minutes_after_signing_in_an_address_is_added_at_once(client, maja):
    age(client, 590)
    assert not asked(client.post(reverse("account_email"), ADDING))
    assert code_sent()
    assert client.get(reverse("crm:download")).status_code == 200


def test_later_the_password_is_asked_for_and_what_was_sent_goes_on(client, maja):
    age(client, 610)
    assert asked(client.get(reverse("crm:download")))
    response = client.post(reverse("account_email"), ADDING)
    assert asked(response)
    client.post(response["Location"], {"password": "wrong"})
    assert not code_sent()
    client.post(response["Location"], PASSWORD)
    assert code_sent()
    assert client.get(reverse("crm:download")).status_code == 200


def test_later_the_password_is_asked_for_before_an_address_is_removed(client, maja):
    EmailAddress.objects.create(user=maja, email=SECOND, verified=True)
    age(client, 610)
    assert asked(client.post(reverse("account_email"), {"email": SECOND, "action_remove": "1"}))
    assert EmailAddress.objects.filter(email=SECOND).exists()


def test_leaving_asks_also_somebody_who_just_signed_in(client, maja):
    assert asked(client.post(reverse("crm:erase"), {"username": "maja"}))
    age(client, 610)
    assert asked(client.post(reverse("crm:erase"), {"username": "maja"}))
    maja.refresh_from_db()
    assert maja.erased_at is None


def test_joining_counts_as_a_sign_in_for_ten_minutes(client, newcomer):
    assert client.get(reverse("crm:download")).status_code == 200
    client.post(reverse("account_email"), ADDING)
    assert code_sent()
    age(client, 610)
    assert asked(client.get(reverse("crm:download")))


def test_leaving_and_keys_ask_also_somebody_who_just_joined(client, newcomer):
    assert asked(client.post(reverse("crm:erase"), {"username": "ada"}))
    assert asked(client.get(reverse("mfa_activate_totp")))
    newcomer.refresh_from_db()
    assert newcomer.erased_at is None


def test_joining_counts_only_once_the_code_is_given_and_only_where_it_was(client):
    client.post(reverse("account_signup"), JOINING)
    assert AUTHENTICATION_METHODS_SESSION_KEY not in client.session
    client.post(reverse("account_email_verification_sent"), {"code": "WRONG-1"})
    assert AUTHENTICATION_METHODS_SESSION_KEY not in client.session
    client.post(reverse("account_email_verification_sent"), {"code": code()})
    assert [record["method"] for record in client.session[AUTHENTICATION_METHODS_SESSION_KEY]] == ["code"]
    elsewhere = Client()
    elsewhere.force_login(Member.objects.get(username="ada"))
    assert asked(elsewhere.get(reverse("crm:download")))


def test_joining_with_an_address_that_has_an_account_signs_nobody_in(client, maja):
    stranger = Client()
    stranger.post(reverse("account_signup"), {**JOINING, "email": maja.email})
    assert AUTHENTICATION_METHODS_SESSION_KEY not in stranger.session
    assert stranger.get(reverse("crm:download"))["Location"].startswith(reverse("account_login"))


def test_somebody_without_a_password_is_not_shut_out(client):
    person = import_members([Newcomer(username="imported", joined_at=THEN)])[0]
    client.force_login(person)
    client.post(reverse("account_email"), ADDING)
    assert code_sent()
    assert client.get(reverse("crm:download")).status_code == 200
    client.post(reverse("crm:erase"), {"username": "imported"})
    person.refresh_from_db()
    assert person.erased_at


# What follows is said before


ERASING = ["Your password, and your account is erased", "Erase my account", "Keep my account"]
WAYS = {
    "account_reauthenticate": "Your password, and your account is erased",
    "mfa_reauthenticate": "A code, and your account is erased",
    "mfa_reauthenticate_webauthn": "Your passkey or key, and your account is erased",
}


def said(response):
    """The heading and the ways on of a page that asks."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]
    acts = re.findall(r"<(h1|button|a)\b([^>]*)>(?:\s*<svg.*?</svg>)?\s*([^<]*?)\s*</", main, re.DOTALL)
    return [words for tag, given, words in acts if tag == "h1" or ("btn" in given and "btn-line" not in given)]


def key():
    """What a key says of itself when it is added."""
    identity = b"a key of nobody"
    public = AttestedCredentialData.create(bytes(16), identity, ES256.from_ctap1(b"\4" + bytes(64)))
    data = AuthenticatorData.create(bytes(32), AuthenticatorData.FLAG.AT, 0, public)
    client_data = CollectedClientData.create("webauthn.create", b"challenge", "http://testserver")
    attestation = AuthenticatorAttestationResponse(
        client_data=client_data, attestation_object=AttestationObject.create("none", data, {})
    )
    return json.loads(json.dumps(dict(RegistrationResponse(raw_id=identity, response=attestation))))


@pytest.mark.parametrize("way", WAYS)
def test_that_an_erasure_follows_is_said_whichever_way_one_answers(client, maja, way):
    TOTP.activate(maja, generate_totp_secret())
    Authenticator.objects.create(
        user=maja, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": key()}
    )
    asked_at = client.post(reverse("crm:erase"), {"username": "maja"})["Location"]
    response = client.get(asked_at.replace(reverse("account_reauthenticate"), reverse(way)))
    assert said(response) == [WAYS[way], *ERASING[1:]]
    html = response.content.decode()
    assert f'<a class="btn btn-text" href="{reverse("crm:mirror")}">' in html
    form = re.search(rf'<form class="form" method="post" action="{reverse(way)}">.*?</form>', html, re.DOTALL)[0]
    assert f'<input type="hidden" name="next" value="{reverse("crm:erase")}"' in form


def test_that_an_erasure_follows_is_still_said_after_a_wrong_password(client, maja):
    asked_at = client.post(reverse("crm:erase"), {"username": "maja"})["Location"]
    assert said(client.post(asked_at, {"password": "wrong"})) == ERASING
    hidden = {"next": reverse("crm:erase"), "password": "wrong"}
    assert said(client.post(reverse("account_reauthenticate"), hidden)) == ERASING


def test_an_address_alone_claims_no_erasure(client, maja):
    forged = f"{reverse('account_reauthenticate')}?next={reverse('crm:erase')}"
    assert said(client.get(forged)) == ["Is it you?", "Confirm"]
    assert client.post(forged, PASSWORD)["Location"] == reverse("crm:erase")
    maja.refresh_from_db()
    assert maja.erased_at is None


def test_an_erasure_that_waits_is_not_said_where_something_else_follows(client, maja):
    client.post(reverse("crm:erase"), {"username": "maja"})
    elsewhere = f"{reverse('account_reauthenticate')}?next={reverse('account_email')}"
    assert said(client.get(elsewhere)) == ["Is it you?", "Confirm"]
    client.post(elsewhere, PASSWORD)
    maja.refresh_from_db()
    assert maja.erased_at is None


def test_who_was_to_go_on_to_an_address_that_is_no_more_is_asked_all_the_same(client, maja):
    client.post(reverse("crm:erase"), {"username": "maja"})
    session = client.session
    sent = json.loads(session[STATE_SESSION_KEY]["request"]) | {"path": "/erase.html", "path_info": "/erase.html"}
    session[STATE_SESSION_KEY] = {"request": json.dumps(sent)}
    session.save()
    asked_at = f"{reverse('account_reauthenticate')}?next=/erase.html"
    response = client.get(asked_at)
    assert (response.status_code, said(response)) == (200, ["Is it you?", "Confirm"])
    assert client.post(asked_at, PASSWORD).status_code == 404
    assert not asked(client.get(reverse("crm:download")))


def test_a_wrong_password_leaves_the_way_to_a_new_one(client, maja):
    wrong = client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert wrong.status_code == 422
    assert f'<a href="{reverse("account_reset_password")}">' in wrong.content.decode()
