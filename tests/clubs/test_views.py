"""The directory of clubs, a club, its members; joining and leaving."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from clubs.callouts import PART_OF, PLACES, callouts
from clubs.directory import suggested
from clubs.models import Club, Membership
from clubs.queries import club_ids_of
from clubs.services import ensure_club, join_club, leave_club
from community.kernel.drawings import DRAWINGS
from community.members.api import CarEntry, KnownModel, Member, Role, declare_keywords, erase_member, set_garage
from community.pages.api import Conversation
from crm_bridge.models import Keyword
from forums.api import Board, open_topic, write_post
from forums.services import choose_best_answer
from tests.people import THEN, member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def club(slug: str = "estate", kind: str = "brand", title: str = "Estate Club") -> Club:
    return ensure_club(slug=slug, kind=kind, title_en=title, title_zh="旅行车俱乐部", about_en="Long cars", now=THEN)


def signed_in(person: Member) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("count", [1, 3])
def test_the_directory_costs_the_same_for_any_number(client, count, django_assert_num_queries):
    for number in range(count):
        club(f"club-{number}")
    # clubs, how many a kind; their boards, pages
    with django_assert_num_queries(5):
        page = client.get("/clubs/")
    assert [len(cards) for _label, _kind, cards in page.context["groups"]] == [count]


@pytest.mark.parametrize("count", [1, 3])
def test_a_members_directory_costs_the_same_for_any_number(count, django_assert_num_queries):
    person = member()
    for number in range(count):
        join_club(member=person, club=club(f"mine-{number}"), now=THEN)
        join_club(member=person, club=club(f"other-{number}"), now=THEN)
        leave_club(member=person, club=club(f"other-{number}"), now=THEN)
    client = signed_in(person)
    client.get("/clubs/")
    # session, member, memberships; the directory's five and what was read and is new on the boards; for suggestions
    # the other clubs, who is in them, keywords, cars; the bell
    with django_assert_num_queries(16):
        page = client.get("/clubs/")
    assert sum(card.joined for _label, _kind, cards in page.context["groups"] for card in cards) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_club_and_its_members_cost_the_same_for_any_number(client, count, django_assert_num_queries):
    found = club()
    for _number in range(count):
        join_club(member=member(), club=found, now=THEN)
        open_topic(author=member(), board=Board.objects.get(), title="Racks", source="Which?", now=THEN)
    client.get("/clubs/estate/")
    # club, hosts, latest, two for the cards; board, topics, answered, first posts; the page
    with django_assert_num_queries(10):
        page = client.get("/clubs/estate/")
    assert (len(page.context["people"]), len(page.context["talk"].latest)) == (count, count)
    # club, how many, rows, two for the cards, board
    with django_assert_num_queries(6):
        assert len(client.get("/clubs/estate/members/").context["lines"]) == count


def test_answered_is_said_of_the_same_topics_on_the_club_as_on_its_board(client):
    club()
    board, brand = Board.objects.get(), staff(Role.SERVICE_AGENT)
    asked = [
        open_topic(author=member(), board=board, title=f"Racks {number}", source="Which?", now=THEN)
        for number in range(4)
    ]
    for opened, author in zip(asked, (member(), brand, member()), strict=False):
        said = write_post(author=author, topic=opened, source="This one.", now=THEN)
    choose_best_answer(member=asked[2].author, post=said, now=THEN)
    on_board = client.get("/boards/estate/", {"show": "answered"}).context["rows"]
    assert sorted(row.topic.title for row in on_board) == ["Racks 1", "Racks 2"]
    assert client.get("/clubs/estate/").context["talk"].answered == 2


def test_the_directory_finds_clubs_in_both_languages_and_survives_any_words(client):
    club(), club("table", "circle", "Long Lunch")
    every = ["estate", "table"]
    for words, slugs in [("long", ["table"]), ("旅行车", every), ("ESTATE", ["estate"]), ("\0", every), ("%", [])]:
        page = client.get("/clubs/", {"q": words})
        found = [card.club.slug for _label, _kind, cards in page.context["groups"] for card in cards]
        assert found == slugs, words
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
    assert client.get("/clubs/estate/membership/")["Location"] == "/clubs/estate/"
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


TOURER = KnownModel(name_zh="4旅行版", drawing="4t", wheelbase=2935, height=1462, length=4762)


def drawn_club():
    return ensure_club(
        slug="tourer",
        title_en="4 Touring Club",
        title_zh="4旅行版车友会",
        models=["Norling 4 Touring"],
        keywords=["4 Touring", "estate car"],
        known={"Norling 4 Touring": TOURER},
        now=THEN,
    )


def test_a_drawn_model_has_its_dimensions_and_leads_to_what_is_talked_of(client):
    drawn_club()
    Keyword.objects.create(code="winter-tyres", name_en="Winter tyres", name_zh="冬季胎", kind="part")
    person = member()
    for title in ("Winter tyres: which?", "Nothing about the car"):
        open_topic(author=person, board=Board.objects.get(), title=title, source="Well?", now=THEN)
    page = client.get("/clubs/tourer/")
    html = page.content.decode()
    assert [(one.talk.title, one.part) for one in page.context["callouts"]] == [("Winter tyres: which?", "wheel")]
    assert [f">{figure}</text>" in html for figure in ("2\u202f935", "1\u202f462")] == [True, True]
    client.cookies["django_language"] = "zh-hans"
    assert 'aria-label="4旅行版' in client.get("/clubs/tourer/").content.decode()


def test_a_club_without_a_drawing_shows_none(client):
    club()
    page = client.get("/clubs/estate/")
    assert (page.context["callouts"], "<svg viewBox" in page.content.decode()) == ([], False)


def talk(title, language="en", excerpt=""):
    return Conversation(title, f"/{title}/", language, excerpt, 1)


def test_each_place_of_the_drawing_is_taken_once_by_the_livelier_and_by_the_readers_language_first():
    for code, english in (("tyres", "Tyres"), ("boot", "Boot space"), ("roof-rack", "Roof rack")):
        Keyword.objects.create(code=code, name_en=english, name_zh=f"{english}中", kind="part")
    talks = [talk("Tyres", "zh-hans"), talk("Tyres again"), talk("More tyres"), talk("A question", excerpt="Roof rack")]
    found = callouts([*talks, talk("Boot space 中", "zh-hans")], "en")
    assert [(one.talk.title, one.classes) for one in found] == [
        ("A question", "at-up at-43"),
        ("Boot space 中", "at-up at-82"),
        ("Tyres again", "at-down at-13"),
    ]


def test_every_part_is_on_every_drawing_and_has_a_place():
    assert set(PART_OF.values()) == set(PLACES)
    assert [name for name, drawing in DRAWINGS.items() if set(drawing.parts) != set(PLACES)] == []


def test_suggestions_come_with_their_reason_and_the_best_reason_first():
    person, friend = member(), member()
    mine, theirs = club("mine"), club("theirs", "circle", "Theirs")
    cooking = ensure_club(
        slug="lunch", kind="circle", title_en="Long Lunch", title_zh="好好吃饭", keywords=["food"], now=THEN
    )
    drawn_club(), club("nothing", "circle", "Nothing")
    for someone, place in ((person, mine), (friend, mine), (friend, theirs)):
        join_club(member=someone, club=place, now=THEN)
    set_garage(member=person, cars=[CarEntry("norling", "4 touring")], now=THEN)
    declare_keywords(member=person, keywords=["food"], now=THEN)
    assert [(card.club.slug, card.suggestion.reason) for card in suggested(person, club_ids_of(person.pk))] == [
        ("tourer", "You drive a Norling 4 Touring"),
        ("lunch", "You care about food"),
        ("theirs", "1 person from your clubs is in it"),
    ]
    join_club(member=person, club=cooking, now=THEN)
    assert "lunch" not in [card.club.slug for card in suggested(person, club_ids_of(person.pk))]


def test_leaving_is_behind_being_in():
    found, person = club(), member()
    join_club(member=person, club=found, now=THEN)
    html = signed_in(person).get("/clubs/estate/").content.decode()
    assert html.index("You are in") < html.index('value="leave"')
    assert re.search(r'<details class="menu">\s*<summary class="btn btn-in">', html)
