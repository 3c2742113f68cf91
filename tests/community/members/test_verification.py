"""Who joined by form and has not verified an address is nowhere to be seen, and does not stay."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from clubs.services import ensure_club, join_club
from community.consent.models import PermissionEntry
from community.kernel.models import OutboxEvent
from community.members.api import Newcomer, Role, erased_among, import_members, members_named
from community.members.models import Member
from community.members.receivers import all_ids, load, present
from community.members.verification import KEPT, forget_unverified
from community.search.models import Mark
from crm_bridge.audience import document
from crm_bridge.models import Profile
from forums.services import ensure_board, open_topic
from tests.people import THEN, member, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"
JOINING = {"name": "Maja", "username": "maja", "email": "maja@somewhere.example", "password1": PASSWORD}


@pytest.fixture
def club():
    return ensure_club(slug="offroad", title_en="Off-road", title_zh="越野", kind="circle", now=THEN)


@pytest.fixture
def newcomer(client, club):
    client.post(reverse("account_signup"), JOINING)
    maja = Member.objects.get(username="maja")
    join_club(member=maja, club=club, now=THEN)  # as nobody can who is not signed in
    return maja


def seen(person):
    """Where somebody is seen."""
    guest = Client()
    name = f'href="/members/{person.username}/"'
    return {
        "space": guest.get(f"/members/{person.username}/").status_code == 200,
        "named": person.username in members_named([person.username]),
        "index": person.pk in set(all_ids()),
        "document": [entry.id for entry in load([person.pk])] == [person.pk],
        "found": person.pk in present([person.pk], None),
        "audience": str(person.pk) in set(document.all_ids()),
        "profile": dict(document.load([str(person.pk)]))[str(person.pk)] is not None,
        "club": name in guest.get("/clubs/offroad/").content.decode(),
        "club's members": name in guest.get("/clubs/offroad/members/").content.decode(),
    }


def test_before_the_code_nobody_sees_a_newcomer_and_with_it_everybody_does(client, newcomer):
    drain()
    assert set(seen(newcomer).values()) == {False}
    code = re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)[0]
    client.post(reverse("account_email_verification_sent"), {"code": code})
    marked = set(Mark.objects.values_list("index", "document_id"))
    assert {name for name, key in marked if key.endswith(str(newcomer.pk))} == {"content", "audience"}
    assert set(seen(newcomer).values()) == {True}


def test_members_who_did_not_join_by_form_are_seen_as_ever(client, club):
    made = member("made")
    client.post(reverse("account_login"), {"login": "made", "password": "correct horse"})
    assert list(EmailAddress.objects.values_list("verified", "primary")) == [(False, False)]
    imported = import_members([Newcomer(username="imported", joined_at=THEN)])[0]
    for person in (made, imported):
        join_club(member=person, club=club, now=THEN)
        assert set(seen(person).values()) == {True}
    assert forget_unverified(now=made.joined_at + KEPT * 20) == 0


def test_after_fourteen_days_a_newcomer_is_gone_and_the_name_is_free(newcomer):
    drain()
    late = newcomer.joined_at + KEPT
    assert forget_unverified(now=late) == 0
    assert forget_unverified(now=late + timedelta(seconds=1)) == 1
    assert forget_unverified(now=late + timedelta(seconds=1)) == 0
    assert not Member.objects.filter(username="maja")
    for left in (EmailAddress, OutboxEvent, Profile, PermissionEntry):
        assert left.objects.count() == 0, left
    assert erased_among(["maja"]) == set()
    drain()
    Client().post(reverse("account_signup"), JOINING)
    assert Member.objects.filter(username="maja").exists()


@pytest.mark.parametrize("change", ["verified", "second", "signed in", "staff", "words"])
def test_whoever_is_more_than_a_name_stays(newcomer, change):
    address = EmailAddress.objects.get(user=newcomer)
    if change == "verified":
        EmailAddress.objects.update(verified=True)
    elif change == "second":
        EmailAddress.objects.create(user=newcomer, email="second@somewhere.example", verified=True)
    elif change == "signed in":
        Member.objects.filter(pk=newcomer.pk).update(last_login=newcomer.joined_at)
    elif change == "staff":
        Member.objects.filter(pk=newcomer.pk).update(is_staff=True)
    else:
        board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行", readers="public")
        open_topic(author=newcomer, board=board, title="Roof rack", source="How high?", now=newcomer.joined_at)
    assert forget_unverified(now=newcomer.joined_at + KEPT * 2) == 0
    assert EmailAddress.objects.filter(pk=address.pk).exists()


def test_one_of_the_brand_is_seen_without_an_address():
    person = staff(Role.MODERATOR, "mo")
    EmailAddress.objects.create(user=person, email=person.email, primary=True)
    assert Client().get("/members/mo/").status_code == 200
