"""The back office and the editors' area hand nobody a table of people."""

import pytest
from django.contrib import admin

from community.members.models import Member
from crm_bridge.models import AccessEntry
from tests.people import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    person = member("boss")
    Member.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def test_addresses_keys_and_devices_have_no_list(client, boss):
    names = {model.__name__ for model in admin.site._registry}
    assert not names & {"EmailAddress", "EmailConfirmation", "Authenticator", "UserSession", "Session", "Member"}
    for path in ("account/emailaddress", "mfa/authenticator", "usersessions/usersession"):
        assert client.get(f"/django-admin/{path}/").status_code == 404


def test_who_opens_an_account_has_looked(client, boss):
    seen = member("seen")
    assert client.get(f"/cms/users/edit/{seen.pk}/").status_code == 200
    client.get(f"/cms/users/edit/{boss.pk}/")
    looks = list(AccessEntry.objects.values_list("member_id", "actor_id", "actor_title", "kind"))
    assert looks == [(seen.pk, boss.pk, "administrator", "viewed")]


def test_the_list_of_users_exports_nothing(client, boss):
    for part in ("", "results/"):
        answer = client.get(f"/cms/users/{part}", {"export": "csv"})
        assert b"".join(answer.streaming_content).strip() == b""
    assert "export=" not in client.get("/cms/users/").content.decode()
