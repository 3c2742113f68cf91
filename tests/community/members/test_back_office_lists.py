"""The back office and the editors' area hand nobody a table of people, and forget whom they delete."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from community.kernel.api import facts_of, now
from community.members.api import erase_member, erased_among
from community.members.facts import MemberErased
from community.members.models import Member
from community.pages.api import ensure_site
from crm_bridge.models import AccessEntry, Profile, Signal
from forums.api import ensure_board, open_topic
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


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


@pytest.mark.parametrize("part", ["", "results/"])
def test_who_reads_the_list_of_accounts_has_seen_who_is_on_its_page(client, boss, part):
    people = [member(f"{number:02}ada") for number in range(25)]
    client.get(f"/cms/users/{part}")
    looks = list(AccessEntry.objects.values_list("member_id", "actor_id", "actor_title", "kind", "purpose", "why"))
    assert sorted(looks) == [(person.pk, boss.pk, "administrator", "listed", "", "") for person in people[:20]]
    AccessEntry.objects.all().delete()
    erase_member(member=people[3], now=now())
    erased = Member.objects.get(pk=people[3].pk)
    assert erased in client.get(f"/cms/users/{part}", {"p": 2}).context["page_obj"]
    assert {entry.member_id for entry in AccessEntry.objects.all()} == {person.pk for person in people[21:]}
    AccessEntry.objects.all().delete()
    client.get(f"/cms/users/{part}", {"q": "24ada"})
    assert [entry.member_id for entry in AccessEntry.objects.all()] == [people[-1].pk]


def test_the_list_of_accounts_costs_the_same_whoever_is_on_it(client, boss, django_assert_num_queries):
    member("ada")
    client.get("/cms/users/")
    with CaptureQueriesContext(connection) as few:
        client.get("/cms/users/")
    for number in range(15):
        member(f"bea{number}")
    with django_assert_num_queries(len(few)):
        client.get("/cms/users/")


@pytest.mark.parametrize(
    "page",
    ["users/history/{0.pk}/", "users/usage/{0.pk}/", "bulk/community_members/member/assign_role/?next=/cms/&id={0.pk}",
     "bulk/community_members/member/set_active_state/?next=/cms/&id={0.pk}"],
)  # fmt: skip
def test_other_pages_of_an_account_are_looks_too(client, boss, page):
    seen = member("seen")
    assert client.get("/cms/" + page.format(seen)).status_code == 200
    assert list(AccessEntry.objects.values_list("member_id", "kind")) == [(seen.pk, "viewed")]


def test_a_question_that_is_asked_again_is_a_look_too(client, boss):
    seen = member("seen")
    page = f"/cms/bulk/community_members/member/assign_role/?next=/cms/&id={seen.pk}"
    assert "seen" in client.post(page, {"role": ""}).content.decode()
    assert client.post(f"/cms/users/edit/{seen.pk}/", {}).status_code == 200
    assert list(AccessEntry.objects.values_list("member_id", "kind")) == [(seen.pk, "viewed")] * 2


def test_who_may_not_read_the_accounts_has_seen_nobody(client, boss):
    Member.objects.filter(pk=boss.pk).update(is_superuser=False)
    member("seen")
    for part in ("", "results/"):
        assert client.get(f"/cms/users/{part}").status_code in {302, 403}
    assert not AccessEntry.objects.exists()


def test_the_list_of_users_exports_nothing(client, boss):
    for part in ("", "results/"):
        answer = client.get(f"/cms/users/{part}", {"export": "csv"})
        assert b"".join(answer.streaming_content).strip() == b""
    assert "export=" not in client.get("/cms/users/").content.decode()


def known(name):
    """Somebody with a topic, an interest and a profile."""
    person = permit(member(name), "profiling:onsite")
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    open_topic(author=person, board=board, title="Roof rack", source="Which?", now=now())
    return person


@pytest.fixture
def people(boss):
    load_words()
    found = [known("ada"), known("bea")]
    drain()
    assert Profile.objects.filter(member_id__in=[person.pk for person in found]).count() == 2
    return found


ONE = "/cms/users/delete/{0.pk}/"
MANY = "/cms/bulk/community_members/member/delete/?next=/cms/users/&id={0.pk}&id={1.pk}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("page", "count"), [(ONE, 1), (MANY, 2)])
def test_whom_the_editors_area_deletes_is_erased(client, people, page, count):
    answer = client.post(page.format(*people), follow=True)
    assert answer.status_code == 200 and f"{count} account" in answer.content.decode()
    for person in people[:count]:
        assert Member.objects.get(pk=person.pk).erased_at
        assert [type(each.fact) for each in facts_of(person.pk)] == [MemberErased]
        assert erased_among([person.username]) == {person.username}
    drain()
    gone = [person.pk for person in people[:count]]
    assert not Profile.objects.filter(member_id__in=gone).exists()
    assert not Signal.objects.filter(member_id__in=gone).exists()


def history(client):
    """What the editors' area reports on changes: the names it shows, and the rows behind them."""
    page = client.get("/cms/reports/site-history/").content.decode()
    return "Ada Lovelace" in page, ModelLogEntry.objects.filter(label="Ada Lovelace").count()


def test_the_history_of_the_editors_area_forgets_who_is_erased(client, boss):
    ensure_site()
    ada, bea = member("ada", name="Ada Lovelace"), member("bea", name="Bea")
    for person in (ada, bea):
        sent = {
            "username": person.username,
            "email": person.email,
            "first_name": "A",
            "last_name": "B",
            "is_active": "on",
        }
        assert client.post(f"/cms/users/edit/{person.pk}/", sent).status_code == 302
    assert history(client) == (True, 1)
    client.post(ONE.format(ada))
    assert history(client) == (False, 0)
    assert ModelLogEntry.objects.filter(object_id=str(bea.pk)).count() == 1


@pytest.mark.parametrize(("page", "count"), [(ONE, 1), (MANY, 2)])
def test_who_is_asked_whether_to_delete_somebody_has_looked_and_deletes_nobody(client, boss, page, count):
    people = [member("ada"), member("bea")]
    assert client.get(page.format(*people)).status_code == 200
    looks = AccessEntry.objects.values_list("member_id", "actor_id", "kind")
    assert sorted(looks) == [(person.pk, boss.pk, "viewed") for person in people[:count]]
    assert Member.objects.filter(erased_at=None).count() == 3


def test_nobody_erases_themselves_or_without_the_right_in_the_editors_area(client, boss):
    other = member("ada")
    assert client.post(ONE.format(boss)).status_code == 302
    client.post(MANY.format(boss, boss))
    Member.objects.filter(pk=boss.pk).update(is_superuser=False)
    client.post(ONE.format(other))
    client.post(MANY.format(other, other))
    assert Member.objects.filter(erased_at=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_profile_whose_member_is_no_more_goes_and_the_relay_comes_to_an_end(people):
    ada = people[0]
    Profile.objects.filter(member_id=ada.pk).update(member_id=99, due_at=ada.joined_at)
    Signal.objects.filter(member_id=ada.pk).update(member_id=99)
    drain()
    assert not Profile.objects.filter(member_id=99).exists() and not Signal.objects.filter(member_id=99).exists()
