"""Boards in the Workbench: making them, changing them, and what follows when others may read them."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from community.inbox.consumers import state_of
from community.inbox.models import Notification
from community.kernel.api import Invalid, NotAllowed, Outdated
from community.kernel.models import OutboxEvent
from community.members.api import Role
from community.search.api import search_content
from community.search.models import Mark
from forums import queries, services
from forums.models import Board
from forums.services import boards
from tests.forums.places import board, first_post, many_posts, reply, topic
from tests.people import THEN, member, staff
from tests.relay import drain

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
SAID = {
    "title_en": "Garage Talk",
    "title_zh": "车库夜话",
    "about_en": "Evenings",
    "about_zh": "晚上",
    "readers": "member",
    "position": 7,
}


@pytest.fixture
def boss():
    return staff(Role.BRAND_MANAGER, "boss")


@pytest.fixture
def desk(boss):
    client = Client()
    client.force_login(boss)
    return client


def make(boss, slug="garage", **other):
    return services.create_board(actor=boss, slug=slug, now=THEN, **SAID | other)


def change(place, boss, based_on=None, **other):
    return services.change_board(board=place, actor=boss, based_on=based_on, now=THEN, **SAID | other)


def kept(slug="garage"):
    return Board.objects.values(*SAID).get(slug=slug)


def facts(name):
    return list(OutboxEvent.objects.filter(name=name).values_list("member_id", "payload"))


# Services


def test_a_board_is_made_once_and_is_a_fact(boss):
    place = make(boss, slug=" Garage ", title_en=" Garage\nTalk ")
    assert make(boss).pk == place.pk
    assert (kept(), Board.objects.count()) == (SAID, 1)
    assert facts("forums.board.made") == [(boss.pk, {"board_id": place.pk, "slug": "garage", "readers": "member"})]


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"slug": "new"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"slug": "of-a-club", "title_en": "Of-A-Club", "title_zh": "of-a-club版"}, "slug"),
        ({"slug": "../x"}, "slug"),
        ({"title_en": "\u200b"}, "title_en"),
        ({"title_zh": "x" * 81}, "title_zh"),
        ({"about_en": "x" * 301}, "about_en"),
        ({"readers": "everybody"}, "readers"),
        ({"position": -1}, "position"),
        ({"position": 2**15}, "position"),
    ],
)
def test_what_makes_no_board_is_refused_and_leaves_nothing(boss, other, field):
    board("taken")
    board("of-a-club", club_slug="of-a-club")
    before = list(Board.objects.values())
    with pytest.raises(Invalid) as refused:
        make(boss, **other)
    assert (refused.value.field, list(Board.objects.values())) == (field, before)
    assert facts("forums.board.made") == []


def test_a_change_is_a_fact_and_again_is_none(boss):
    place = make(boss)
    for _ in range(2):
        change(place, boss, title_en="Garage", readers="staff", based_on=place.version)
    assert kept() == SAID | {"title_en": "Garage", "readers": "staff"}
    told = {"board_id": place.pk, "slug": "garage", "readers": "staff", "previous": "member"}
    assert facts("forums.board.changed") == [(boss.pk, told)]


def test_a_change_of_what_was_changed_meanwhile_is_refused_and_changes_nothing(boss):
    place = make(boss)
    began = place.version
    change(place, boss, title_en="Garage", based_on=began)
    with pytest.raises(Outdated):
        change(place, boss, title_zh="车库", based_on=began)
    assert kept() == SAID | {"title_en": "Garage"}
    assert len(facts("forums.board.changed")) == 1


def test_a_clubs_board_is_called_as_its_club(boss):
    place = board("camping", club_slug="camping")
    titles = {"title_en": place.title_en, "title_zh": place.title_zh}
    with pytest.raises(Invalid):
        change(place, boss, title_zh="露营", title_en=place.title_en)
    change(place, boss, **titles)
    assert kept("camping") == SAID | titles


# Other readers


def found_by(viewer):
    return sorted({hit.kind for hit in search_content("steel racks", viewer=viewer).hits})


def sees(viewer, place, opened):
    """Where a viewer comes upon the topic of a board."""
    client = Client()
    if viewer.is_authenticated:
        client.force_login(viewer)
    return {
        "page": client.get(opened.get_absolute_url()).status_code,
        "board": client.get(place.get_absolute_url()).status_code,
        "feeds": client.get(f"/boards/{place.slug}/feed.atom").status_code,
        "topic feed": client.get(f"/topics/{opened.pk}/feed.rss").status_code,
        "live": state_of(viewer, f"topic:{opened.pk}") is not None,
        "latest": [row.topic.pk for row in queries.latest_topics(viewer, 5)] == [opened.pk],
        "unread": bool(viewer.is_authenticated and queries.unread(viewer, [place.pk]).exists()),
        "search": bool(search_content("steel", viewer=viewer).total),
    }


def all_of(status, feeds, shown, unread):
    shown_in = dict.fromkeys(("live", "latest", "search"), shown)
    return {"page": status, "board": status, "feeds": feeds, "topic feed": feeds, "unread": unread, **shown_in}


def test_with_other_readers_a_board_is_read_searched_and_heard_by_those_alone(boss):
    place, guest, reader = board("racks"), AnonymousUser(), member("reader")
    opened = topic(where=place, title="Steel racks")
    reply(opened)
    said = {name: getattr(place, name) for name in SAID}
    drain()
    assert sees(guest, place, opened) == all_of(200, 200, shown=True, unread=False)
    assert sees(reader, place, opened)["search"]
    for readers, for_guest, for_reader in (
        ("staff", all_of(404, 404, shown=False, unread=False), all_of(404, 404, shown=False, unread=False)),
        ("member", all_of(404, 404, shown=False, unread=False), all_of(200, 404, shown=True, unread=False)),
        ("public", all_of(200, 200, shown=True, unread=False), all_of(200, 200, shown=True, unread=False)),
    ):
        change(place, boss, **said | {"readers": readers})
        drain()
        assert (sees(guest, place, opened), sees(reader, place, opened)) == (for_guest, for_reader), readers


def test_what_is_new_on_a_board_is_new_to_its_readers_alone(boss):
    place, reader = board("racks"), member("reader")
    reply(topic(where=place))
    said = {name: getattr(place, name) for name in SAID}
    counts = []
    for readers in ("public", "staff", "member"):
        change(place, boss, **said | {"readers": readers})
        counts.append(queries.unread(reader, [place.pk]).count())
    assert counts == [1, 0, 1]


def test_all_that_is_shown_on_a_board_is_marked_some_at_a_time(boss, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(boards, "MARKED_AT_ONCE", 4)
    place = board("racks")
    opened, other, gone = topic(where=place), topic(where=place, title="Boxes"), topic(where=place, title="Gone")
    many_posts(opened, 8)
    said = reply(other)
    services.delete_post(actor=said.author, post=said, now=THEN)
    services.delete_post(actor=gone.author, post=first_post(gone), now=THEN)
    topic(title="Elsewhere")
    Mark.objects.all().delete()
    values = {name: getattr(place, name) for name in SAID}
    change(place, boss, **values | {"about_en": "Other"})
    assert not Mark.objects.exists()
    change(place, boss, **values | {"readers": "member"})
    shown = [f"topic:{one.pk}" for one in (opened, other)]
    shown += [f"post:{pk}" for pk in opened.posts.filter(number__gt=1).values_list("pk", flat=True)]
    assert sorted(Mark.objects.values_list("document_id", flat=True)) == sorted(shown)


def test_who_may_not_read_a_board_any_longer_is_not_told_of_reactions_there(boss):
    asker, other = member("asker"), staff(Role.MODERATOR, "mo")
    place = board("racks")
    opened = topic(author=asker, where=place)
    values = {name: getattr(place, name) for name in SAID}
    change(place, boss, **values | {"readers": "staff"})
    services.react(member=other, post=first_post(opened), kind="useful", now=THEN)
    drain()
    assert not Notification.objects.filter(recipient=asker).exists()
    change(place, boss, **values | {"readers": "member"})
    services.react(member=other, post=first_post(opened), kind="same", now=THEN)
    drain()
    assert [told.kind for told in Notification.objects.filter(recipient=asker)] == ["forums.same"]


# Pages


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_boards_costs_the_same_for_any_number(desk, count, django_assert_num_queries):
    for number in range(count):
        board(f"board-{number}", club_slug=f"board-{number}" if number else "")
    # session, member, roles; the bell, whether there is an editors' area (two); the boards
    with django_assert_num_queries(7):
        page = desk.get("/workbench/boards/")
    assert len(page.context["boards"]) == count


def test_a_board_is_made_and_changed_in_the_workbench(desk):
    assert "/workbench/boards/new/" in desk.get("/workbench/boards/").content.decode()
    assert desk.post("/workbench/boards/new/", SAID | {"slug": "garage"})["Location"] == "/workbench/boards/"
    html = desk.get("/workbench/boards/garage/").content.decode()
    version = re.search(r'name="version" value="([^"]*)"', html)[1]
    assert all(f'value="{said}"' in html for said in ("Garage Talk", "车库夜话", "Evenings", "晚上", "7"))
    sent = SAID | {"title_en": "Garage", "readers": "public", "version": version}
    assert desk.post("/workbench/boards/garage/", sent).status_code == 302
    assert kept() == SAID | {"title_en": "Garage", "readers": "public"}
    late = desk.post("/workbench/boards/garage/", SAID | {"title_en": "Mine", "version": version})
    html = late.content.decode()
    assert (late.status_code, kept()["title_en"]) == (409, "Garage")
    assert 'value="Mine"' in html and re.search(r"<dd>Garage</dd>", html) and re.search(r"<dd>Everybody</dd>", html)
    again = re.search(r'name="version" value="([^"]*)"', html)[1]
    assert desk.post("/workbench/boards/garage/", SAID | {"title_en": "Mine", "version": again}).status_code == 302
    assert kept()["title_en"] == "Mine"


def test_a_form_that_does_not_say_what_it_began_from_changes_nothing(desk, boss):
    make(boss)
    assert desk.post("/workbench/boards/garage/", SAID | {"title_en": "Mine"}).status_code == 409
    assert kept() == SAID


def test_what_is_refused_stands_at_its_field(desk, boss):
    make(boss)
    html = desk.post("/workbench/boards/new/", SAID | {"slug": "garage", "title_en": "Other"}).content.decode()
    assert "Another board has this address." in re.search(r'id="id_slug_error".*?</p>', html, re.DOTALL)[0]


def test_the_page_of_a_clubs_board_leads_to_the_club_for_its_titles(desk):
    place = board("camping", club_slug="camping")
    html = desk.get("/workbench/boards/camping/").content.decode()
    assert ('name="title_en"' in html, "/workbench/clubs/camping/" in html) == (False, True)
    sent = {"about_en": "Tents", "readers": "member", "position": 9, "title_en": "Other", "version": place.version}
    assert desk.post("/workbench/boards/camping/", sent).status_code == 302
    place.refresh_from_db()
    assert (place.title_en, place.about_en, place.readers, place.position) == ("Camping", "Tents", "member", 9)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SERVICE_AGENT, Role.MARKETER])
def test_only_brand_managers_are_led_to_the_boards(role):
    client = Client()
    client.force_login(staff(role))
    assert "/workbench/boards/" not in client.get("/workbench/").content.decode()
    with pytest.raises(NotAllowed):
        make(staff(role, "another"))
