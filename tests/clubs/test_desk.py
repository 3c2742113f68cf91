"""Clubs in the Workbench: founding and changing them, who leads and hosts, and what these may do themselves."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from clubs.models import Club, Membership
from clubs.queries import role_in, run_by
from clubs.services import change_about, change_club, create_club, ensure_club, give_role, join_club, leave_club
from clubs.views import desk
from community.kernel.api import Gone, Invalid, NotAllowed, Outdated
from community.kernel.models import OutboxEvent
from community.members.api import KnownModel, Role, erase_member, known_models
from community.search.api import search_content
from crm_bridge.models import Keyword
from forums import services
from forums.models import Board
from tests.forums.places import first_post, topic
from tests.people import THEN, member, staff
from tests.relay import drain

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
SAID = {
    "title_en": "Nights Out",
    "title_zh": "在外过夜",
    "about_en": "Tents",
    "about_zh": "帐篷",
    "keywords": ["camping"],
}
ROLES = (Role.MODERATOR, Role.SERVICE_AGENT, Role.MARKETER)


@pytest.fixture
def boss():
    return staff(Role.BRAND_MANAGER, "boss")


@pytest.fixture
def camping(boss):
    return make(boss)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def make(boss, slug="camping", kind="circle", **other):
    return create_club(actor=boss, slug=slug, kind=kind, now=THEN, **SAID | other)


def change(club, actor, based_on=None, **other):
    return change_club(actor=actor, club=club, based_on=based_on, now=THEN, **SAID | {"models": []} | other)


def kept(slug="camping"):
    return Club.objects.values(*SAID).get(slug=slug)


def facts(name):
    return list(OutboxEvent.objects.filter(name=name).values_list("member_id", "payload"))


def in_role(club, role, name=""):
    person = member(name)
    join_club(member=person, club=club, role=role, now=THEN)
    return person


def version_in(html):
    return re.search(r'name="version" value="([^"]*)"', html)[1]


# Founding


def test_a_circle_is_made_once_with_its_board(boss):
    club = make(boss)
    assert make(boss).pk == club.pk
    assert (kept(), Club.objects.count()) == (SAID, 1)
    place = Board.objects.get()
    assert (place.slug, place.club_slug, place.title_en, place.title_zh) == (
        *("camping", "camping"),
        *("Nights Out", "在外过夜"),
    )
    assert facts("clubs.club.made") == [(boss.pk, {"club_id": club.pk, "slug": "camping", "kind": "circle"})]


def test_the_models_of_a_new_club_become_keywords(boss):
    club = make(boss, slug="fjord", kind="brand", keywords=["Fjordan"], models=["Fjordan Tour", " Fjordan Tour"])
    assert club.models_list == ["Fjordan Tour"]
    assert set(Keyword.objects.filter(kind="model").values_list("name_en", flat=True)) >= {"Fjordan", "Fjordan Tour"}


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"slug": "new"}, "slug"),
        ({"slug": "estate"}, "slug"),
        ({"slug": "garage"}, "slug"),
        ({"kind": "party"}, "kind"),
        ({"title_en": " "}, "title_en"),
        ({"title_zh": "x" * 81}, "title_zh"),
        ({"about_zh": "x" * 301}, "about_zh"),
        ({"keywords": ["x" * 61]}, "keywords"),
        ({"keywords": [f"word{number}" for number in range(21)]}, "keywords"),
        ({"models": ["Tour"]}, "models"),
    ],
)
def test_what_makes_no_club_is_refused_and_leaves_nothing(boss, other, field):
    ensure_club(slug="estate", title_en="Estate", title_zh="旅行车", now=THEN)
    services.ensure_board(slug="garage", title_en="Garage", title_zh="车库")
    before = list(Club.objects.values()), list(Board.objects.values())
    with pytest.raises(Invalid) as refused:
        make(boss, **other)
    assert refused.value.field == field
    assert (list(Club.objects.values()), list(Board.objects.values())) == before
    assert facts("clubs.club.made") == []


# Changing


def test_a_change_reaches_the_board_the_index_and_the_pages(boss, camping):
    began = camping.version
    for _ in range(2):
        change(camping, boss, title_en="Under Stars", title_zh="星空下", keywords=["awning"], based_on=began)
    assert kept() == SAID | {"title_en": "Under Stars", "title_zh": "星空下", "keywords": ["awning"]}
    assert facts("clubs.club.changed") == [(boss.pk, {"club_id": camping.pk, "slug": "camping"})]
    assert Board.objects.values_list("title_en", "title_zh").get() == ("Under Stars", "星空下")
    drain()
    found = {
        words: [hit.kind for hit in search_content(words, viewer=AnonymousUser()).hits]
        for words in ("stars", "星空下", "awning", "nights")
    }
    assert found == {"stars": ["club"], "星空下": ["club"], "awning": ["club"], "nights": []}
    for address in ("/clubs/", "/clubs/camping/", "/boards/camping/", "/boards/"):
        html = Client().get(address).content.decode()
        assert ("Under Stars" in html, "Nights Out" in html) == (True, False), address


def test_a_change_of_what_was_changed_meanwhile_is_refused_and_changes_nothing(boss, camping):
    began = camping.version
    change(camping, boss, title_en="Under Stars", based_on=began)
    with pytest.raises(Outdated):
        change(camping, boss, keywords=["awning"], based_on=began)
    assert kept() == SAID | {"title_en": "Under Stars"}


def test_new_models_become_keywords_and_those_taken_out_are_known_no_longer(boss):
    known = {"Fjordan Tour": KnownModel(name_zh="峡湾", drawing="4t", wheelbase=2800)}
    made = {"title_en": "Fjordan Club", "title_zh": "峡湾车友会", "keywords": ["Fjordan"]}
    club = ensure_club(slug="fjordan", models=["Fjordan Tour", "Fjordan Sky"], known=known, now=THEN, **made)
    assert known_models()["fjordan tour"].name_zh == "峡湾"
    change(club, boss, **made, models=["Fjordan Sky", "Fjordan Lake"])
    club.refresh_from_db()
    assert (club.models_list, club.model_facts) == (["Fjordan Sky", "Fjordan Lake"], {})
    assert Keyword.objects.filter(name_en="Fjordan Lake", kind="model").exists()
    assert "fjordan tour" not in known_models()


def test_with_another_brand_all_models_are_told_to_the_vocabulary(boss):
    made = {"title_en": "Fjordan Club", "title_zh": "峡湾车友会"}
    club = ensure_club(slug="fjordan", models=["Tourlander"], keywords=["Fjordan"], now=THEN, **made)
    change(club, boss, **made, keywords=["Aurlanda"], models=["Tourlander"])
    assert Keyword.objects.filter(name_en="Aurlanda", kind="model").exists()


@pytest.mark.parametrize("role", ROLES)
def test_only_brand_managers_make_and_change_clubs(camping, role):
    actor, host = staff(role), in_role(camping, "member")
    for act in (
        lambda: make(actor, slug="skiing"),
        lambda: change(camping, actor, title_en="Mine"),
        lambda: change_about(actor=actor, club=camping, about_en="Mine", about_zh="", now=THEN),
        lambda: give_role(actor=actor, club=camping, member=host, role="host", now=THEN),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (kept(), Club.objects.count(), run_by(host.pk, "camping")) == (SAID, 1, False)
    assert "/workbench/clubs/" not in client_of(actor).get("/workbench/").content.decode()


# Leaders and hosts


@pytest.mark.parametrize(("role", "allowed"), [("leader", True), ("host", False), ("member", False)])
def test_who_leads_a_club_says_what_it_is_about(camping, role, allowed):
    person, elsewhere = in_role(camping, role), member()
    join_club(member=elsewhere, club=make(staff(Role.BRAND_MANAGER), slug="skiing"), role="leader", now=THEN)
    said = {"club": camping, "about_en": " Under\nstars ", "about_zh": "", "now": THEN}
    for actor, may in ((person, allowed), (elsewhere, False)):
        if may:
            change_about(actor=actor, **said)
        else:
            with pytest.raises(NotAllowed):
                change_about(actor=actor, **said)
    assert kept() == SAID | ({"about_en": "Under stars", "about_zh": ""} if allowed else {})
    client = client_of(person)
    assert ("/clubs/camping/about/" in client.get("/clubs/camping/").content.decode()) is allowed
    assert client.get("/clubs/camping/about/").status_code == (200 if allowed else 403)


def test_a_leader_changes_the_text_on_a_page_and_sees_what_another_wrote_meanwhile(boss, camping):
    client = client_of(in_role(camping, "leader"))
    began = version_in(client.get("/clubs/camping/about/").content.decode())
    change(camping, boss, about_en="Hammocks")
    late = client.post("/clubs/camping/about/", {"about_en": "Stars", "about_zh": "", "version": began})
    html = late.content.decode()
    assert (late.status_code, kept()["about_en"]) == (409, "Hammocks")
    assert 'value="Stars"' in html and "<dd>Hammocks</dd>" in html
    sent = {"about_en": "Stars", "about_zh": "星星", "version": version_in(html)}
    assert client.post("/clubs/camping/about/", sent)["Location"] == "/clubs/camping/"
    assert kept() == SAID | {"about_en": "Stars", "about_zh": "星星"}
    drain()
    assert search_content("星星", viewer=AnonymousUser()).total == 1


@pytest.mark.parametrize("role", ["leader", "host"])
def test_who_runs_a_club_closes_and_pins_on_its_board_alone(boss, camping, role):
    person, other = in_role(camping, role), topic()
    own = topic(where=Board.objects.get(club_slug="camping"))
    skiing = topic(where=Board.objects.get(slug=make(boss, slug="skiing").slug))
    client = client_of(person)
    assert "moderate/" in client.get(own.get_absolute_url()).content.decode()
    for act in ("close", "pin"):
        assert client.post(f"/topics/{own.pk}/moderate/", {"act": act}).status_code == 302
        for elsewhere in (other, skiing):
            assert "moderate/" not in client.get(elsewhere.get_absolute_url()).content.decode()
            assert client.post(f"/topics/{elsewhere.pk}/moderate/", {"act": act}).status_code == 403
    for one in (own, other, skiing):
        one.refresh_from_db()
    assert [(one.closed, one.pinned) for one in (own, other, skiing)] == [(True, True), (False, False), (False, False)]


def test_who_no_longer_runs_a_club_closes_nothing(boss, camping):
    own = topic(where=Board.objects.get(club_slug="camping"))
    left, erased, ended = (in_role(camping, "host") for _ in range(3))
    leave_club(member=left, club=camping, now=THEN)
    join_club(member=left, club=camping, now=THEN)
    erase_member(member=erased, now=THEN)
    give_role(actor=boss, club=camping, member=ended, role="member", now=THEN)
    for actor in (left, erased, ended):
        with pytest.raises(NotAllowed):
            services.set_closed(actor=actor, topic=own, closed=True, now=THEN)


def test_who_may_not_read_a_clubs_board_closes_nothing_there(camping):
    host, place = in_role(camping, "host"), Board.objects.get(club_slug="camping")
    own = topic(where=place)
    Board.objects.update(readers="staff")
    with pytest.raises(NotAllowed):
        services.set_pinned(actor=host, topic=own, pinned=True, now=THEN)


def test_a_deleted_topic_is_gone_for_who_runs_the_club(camping):
    host, own = in_role(camping, "host"), topic(where=Board.objects.get(club_slug="camping"))
    services.delete_post(actor=own.author, post=first_post(own), now=THEN)
    with pytest.raises(Gone):
        services.set_closed(actor=host, topic=own, closed=True, now=THEN)
    services.set_closed(actor=staff(Role.MODERATOR), topic=own, closed=True, now=THEN)


# Pages


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_clubs_costs_the_same_for_any_number(boss, count, django_assert_num_queries):
    for number in range(count):
        club = make(boss, slug=f"club-{number}")
        for role in ("host", "leader", "member"):
            in_role(club, role)
    client = client_of(boss)
    # session, member, roles; how many clubs, these, who runs them, their names; the bell, whether there is an editors'
    # area (two)
    with django_assert_num_queries(10):
        page = client.get("/workbench/clubs/")
    assert [[row.role for row, _person in people] for _club, people in page.context["rows"]] == [
        ["leader", "host"] for _ in range(count)
    ]


def test_clubs_are_found_by_words_of_their_titles(boss, camping):
    make(boss, slug="skiing", title_en="Snow")
    client = client_of(boss)
    found = {
        words: [club.slug for club, _people in client.get("/workbench/clubs/", {"q": words}).context["rows"]]
        for words in ("snow", "NIGHTS", "在外", "x\0")
    }
    assert found == {"snow": ["skiing"], "NIGHTS": ["camping"], "在外": ["camping", "skiing"], "x\0": []}


def test_a_club_is_made_and_changed_in_the_workbench(boss):
    client = client_of(boss)
    sent = {
        "kind": "brand",
        "slug": "fjordan",
        **SAID,
        "keywords": "Fjordan\r\n",
        "models": "Fjordan Tour\n\nFjordan Sky",
    }
    assert client.post("/workbench/clubs/new/", sent)["Location"] == "/workbench/clubs/fjordan/"
    club = Club.objects.get()
    assert (club.keywords, club.models_list) == (["Fjordan"], ["Fjordan Tour", "Fjordan Sky"])
    html = client.get("/workbench/clubs/fjordan/").content.decode()
    assert "Fjordan Tour\nFjordan Sky</textarea>" in html
    sent |= {"title_en": "Fjordan Club", "version": version_in(html)}
    assert client.post("/workbench/clubs/fjordan/", sent).status_code == 302
    late = client.post("/workbench/clubs/fjordan/", sent | {"title_en": "Mine"})
    assert (late.status_code, kept("fjordan")["title_en"]) == (409, "Fjordan Club")
    assert "<dd>Fjordan Club</dd>" in late.content.decode() and 'value="Mine"' in late.content.decode()
    unsaid = client.post("/workbench/clubs/fjordan/", {name: sent[name] for name in ("title_en", "title_zh")})
    assert (unsaid.status_code, kept("fjordan")["keywords"]) == (409, ["Fjordan"])


def test_a_circle_has_no_models_to_change(boss, camping):
    client = client_of(boss)
    html = client.get("/workbench/clubs/camping/").content.decode()
    assert 'name="models"' not in html
    sent = SAID | {"keywords": "camping", "title_en": "Stars", "models": "Tour", "version": version_in(html)}
    assert client.post("/workbench/clubs/camping/", sent).status_code == 302
    assert kept() == SAID | {"title_en": "Stars"} and Club.objects.get().models_list == []


def test_roles_are_given_and_taken_by_user_name(boss, camping):
    client, ada = client_of(boss), in_role(camping, "member", "ada")
    for name, role in (("@Ada", "leader"), ("ada", "host"), ("ada", "member")):
        assert client.post("/workbench/clubs/camping/roles/", {"username": name, "role": role}).status_code == 302
        assert Membership.objects.get(member=ada).role == role
    assert [payload["role"] for _who, payload in facts("clubs.role.given")] == ["leader", "host", "member"]


def test_who_gives_a_role_or_takes_it_back_reads_whose_and_which_it_was(boss, camping):
    client = client_of(boss)
    in_role(camping, "member", "ada")
    said = []
    for role in ("leader", "leader", "host", "member", "member"):
        page = client.post("/workbench/clubs/camping/roles/", {"username": "ada", "role": role}, follow=True)
        said += [str(message) for message in page.context["messages"]]
        if role == "host":
            assert "<span>@ada</span><span>Host</span>" in page.content.decode()  # white space would be a gap
    assert said == [
        "ada has the role “Leader” now.",
        "ada already had the role “Leader”.",
        "ada has the role “Host” now.",
        "ada no longer has the role “Host”.",
        "ada is a member like any other, without a role to take back.",
    ]


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("leader", "ada has the role “Leader” now."),
        ("member", "ada is a member like any other, without a role to take back."),
    ],
)
def test_who_joins_at_the_moment_a_role_is_given_had_none_before(boss, camping, monkeypatch, role, said):
    ada = member("ada")

    def joins_after_the_look(found, who):
        before = role_in(found, who)
        join_club(member=ada, club=camping, now=THEN)
        return before

    monkeypatch.setattr(desk, "role_in", joins_after_the_look)
    sent = {"username": "ada", "role": role}
    page = client_of(boss).post("/workbench/clubs/camping/roles/", sent, follow=True)
    assert [str(message) for message in page.context["messages"]] == [said]
    assert Membership.objects.get(member=ada).role == role
    told = [payload["role"] for _who, payload in facts("clubs.role.given")]
    assert told == [role] * (role != "member")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"username": "wen", "role": "host"}, "This member has not joined the club."),
        ({"username": "nobody", "role": "host"}, "No member has this user name."),
        ({"username": "gone", "role": "host"}, "No member has this user name."),
        ({"username": "ada", "role": "king"}, "king"),
        ({"username": "", "role": "host"}, "required"),
        ({"username": "a\0da", "role": "host"}, "Null"),
    ],
)
def test_a_role_that_cannot_be_given_says_why(boss, camping, sent, says):
    in_role(camping, "member", "ada")
    member("wen")
    erase_member(member=in_role(camping, "member", "gone"), now=THEN)
    answer = client_of(boss).post("/workbench/clubs/camping/roles/", sent)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert set(Membership.objects.values_list("role", flat=True)) == {"member"}
