"""The directory of clubs, a club, its members; joining and leaving."""

from __future__ import annotations

import pytest
from django.test import Client

from clubs.models import Club, Membership
from clubs.services import found_club, join_club
from community.members.api import Member, Role, erase_member
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db


def club(slug: str = "estate", kind: str = "brand", title: str = "Estate Club") -> Club:
    return found_club(slug=slug, kind=kind, title_en=title, title_zh="旅行车俱乐部", about_en="Long cars", now=THEN)


def signed_in(person: Member) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("count", [1, 3])
def test_the_directory_costs_the_same_for_any_number(client, count, django_assert_num_queries):
    for number in range(count):
        club(f"club-{number}")
    with django_assert_num_queries(2):
        page = client.get("/clubs/")
    assert [len(clubs) for _label, clubs in page.context["groups"]] == [count]


@pytest.mark.parametrize("count", [1, 3])
def test_a_club_and_its_members_cost_the_same_for_any_number(client, count, django_assert_num_queries):
    found = club()
    for _number in range(count):
        join_club(member=member(), club=found, now=THEN)
    client.get("/clubs/estate/")
    with django_assert_num_queries(7):
        assert len(client.get("/clubs/estate/").context["people"]) == count
    with django_assert_num_queries(5):
        assert len(client.get("/clubs/estate/members/").context["lines"]) == count


def test_the_directory_finds_clubs_in_both_languages_and_survives_any_words(client):
    club(), club("table", "circle", "Long Lunch")
    for words, slugs in [
        ("long", ["table"]),
        ("旅行车", ["estate", "table"]),
        ("ESTATE", ["estate"]),
        ("\0", 2),
        ("%", []),
    ]:
        page = client.get("/clubs/", {"q": words})
        found = [one.slug for _label, clubs in page.context["groups"] for one in clubs]
        assert found == slugs or len(found) == slugs
    assert client.get("/clubs/", {"page": "x" * 400}).status_code == 200
    assert client.get("/clubs/", {"page": "9" * 400}).status_code == 200


# who, act: members afterwards, and where the answer leads
MATRIX = [
    ("guest", "join", 1, "/account/login/"),
    ("guest", "leave", 1, "/account/login/"),
    ("outsider", "join", 2, "/clubs/estate/"),
    ("outsider", "leave", 1, "/clubs/estate/"),
    ("insider", "join", 1, "/clubs/estate/"),
    ("insider", "leave", 0, "/clubs/estate/"),
    ("agent", "join", 2, "/clubs/estate/"),
    ("outsider", "nonsense", 1, None),
    ("outsider", "", 1, None),
]


@pytest.mark.parametrize(("who", "act", "members", "leads_to"), MATRIX)
def test_each_cell_of_the_table_of_joining(who, act, members, leads_to):
    found = club()
    people = {"insider": member(), "outsider": member(), "agent": staff(Role.SERVICE_AGENT)}
    join_club(member=people["insider"], club=found, now=THEN)
    client = signed_in(people[who]) if who != "guest" else Client()
    answer = client.post("/clubs/estate/membership/", {"act": act})
    assert (Club.objects.get().member_count, Membership.objects.count()) == (members, members)
    if leads_to is None:
        assert answer.status_code == 422
    else:
        assert answer["Location"].partition("?")[0] == leads_to


@pytest.mark.parametrize("who", ["guest", "member", "manager"])
def test_everybody_reads_a_club(who):
    found = club()
    join_club(member=member("lin"), club=found, now=THEN)
    people = {"member": member(), "manager": staff(Role.BRAND_MANAGER)}
    client = signed_in(people[who]) if who in people else Client()
    for url in ("/clubs/", "/clubs/estate/", "/clubs/estate/members/"):
        assert client.get(url).status_code == 200
    assert client.get("/clubs/estate/membership/").status_code == 405
    assert client.get("/clubs/nowhere/").status_code == 404


def test_an_erased_member_is_in_no_list(client):
    found, gone, stays = club(), member("gone"), member("stays")
    for person in (gone, stays):
        join_club(member=person, club=found, now=THEN)
    erase_member(member=gone, now=THEN)
    assert [person.username for person in client.get("/clubs/estate/").context["people"]] == ["stays"]
    assert [person.username for _row, person in client.get("/clubs/estate/members/").context["lines"]] == ["stays"]


def test_a_member_sees_where_they_are_in():
    found, person = club(), member()
    join_club(member=person, club=found, now=THEN)
    client = signed_in(person)
    assert "You are in" in client.get("/clubs/").content.decode()
    assert client.get("/clubs/estate/").context["joined"] is True
    assert signed_in(member()).get("/clubs/estate/").context["joined"] is False
