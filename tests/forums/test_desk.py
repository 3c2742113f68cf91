"""What waits for an answer, on the Workbench: of members here, not of what was imported."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

from community.members.api import Role
from forums.desk import FOR_AGENTS, to_answer
from forums.models import Board, Topic
from forums.views.desk import WAITING_A_PAGE
from tests.forums.importers.dumps import load, write_dump
from tests.forums.places import board, reply, topic
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db

ASKED_ELSEWHERE = """<posts>
<row Id="10" PostTypeId="1" CreationDate="2010-02-01T10:00:00.000" Title="Which rack?" Body="Which?" OwnerUserId="1" />
<row Id="20" PostTypeId="5" CreationDate="2010-02-01T10:00:00.000" Body="About racks" OwnerUserId="1" />
</posts>"""


@pytest.fixture
def imported(tmp_path):
    """A forum with a question and a tag text, and a table with a comment, none of which anybody answered."""
    load(write_dump(tmp_path, Posts=ASKED_ELSEWHERE, Comments="<comments />", Votes="<votes />"))
    (tmp_path / "talk.csv").write_text("content\nGood power\n")
    call_command("import_comments", str(tmp_path / "talk.csv"), board="talk")
    assert Topic.objects.filter(post_count=1, closed=False).count() == 3
    return {one.slug: one for one in Board.objects.all()}


def titles(entries):
    return [entry["title"] for entry in entries if "since" in entry]


def test_who_answers_for_the_brand_is_told_what_nobody_has_answered(now):
    late, early = topic(title="Late", where=board("lake")), topic(title="Early", now=THEN - timedelta(days=1))
    reply(topic(title="Answered"))
    agent, marketer = staff(Role.SERVICE_AGENT), staff(Role.MARKETER)
    assert [(entry["title"], entry["url"], entry["what"]) for entry in to_answer(agent)] == [
        ("Early", early.get_absolute_url(), early.board.title),
        ("Late", late.get_absolute_url(), "Lake"),
    ]
    assert to_answer(marketer) == []


def test_what_waits_for_an_answer_stands_under_its_own_heading_without_a_row_of_one_tab(client):
    topic(title="Late"), topic(title="Early", now=THEN - timedelta(days=1))
    for role, waits in ((Role.SERVICE_AGENT, ["Early", "Late"]), (Role.BRAND_MANAGER, [])):
        client.force_login(staff(role))
        answer = client.get("/workbench/")
        assert ([entry["title"] for entry in answer.context["waiting"]], answer.context["due"]) == (waits, [])
        text = answer.content.decode()
        agent = role == Role.SERVICE_AGENT
        assert ("Waiting for an answer" in text, "desk-nav" in text) == (agent, not agent)


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_for_an_answer_costs_a_constant_number_of_queries(django_assert_num_queries, rows):
    agent = staff(Role.SERVICE_AGENT)
    for at in range(rows):
        topic(title=f"Topic {at}")
    with django_assert_num_queries(3):
        assert len(to_answer(agent)) == rows


def test_nobody_waits_for_an_answer_to_what_was_imported(imported):
    agent = staff(Role.SERVICE_AGENT)
    assert to_answer(agent) == []
    for slug in ("bikes", "bikes-aside", "talk"):
        topic(title=f"Asked in {slug}", where=imported[slug])
    assert titles(to_answer(agent)) == ["Asked in bikes", "Asked in bikes-aside", "Asked in talk"]


def test_members_still_find_it_where_their_board_lists_what_has_no_answer(imported):
    answer = Client().get(imported["bikes"].get_absolute_url(), {"show": "waiting"})
    assert [row.topic.title for row in answer.context["rows"]] == ["Which rack?"]


def test_what_was_imported_before_is_marked_by_the_migration(imported):
    topic(title="Asked here", author=member())
    Topic.objects.update(imported=False)
    importlib.import_module("forums.migrations.0017_imported_topics").mark_imported(apps, None)
    assert [one.title for one in Topic.objects.filter(imported=False)] == ["Asked here"]


@pytest.mark.parametrize(("more", "told"), [(0, []), (1, [{"url": "/workbench/waiting/", "total": FOR_AGENTS + 1}])])
def test_where_more_wait_than_are_listed_it_is_told_how_many(client, imported, more, told):
    where, agent = board(), staff(Role.SERVICE_AGENT)
    for at in range(FOR_AGENTS + more):
        topic(title=f"Topic {at}", where=where, now=THEN + timedelta(minutes=at))
    entries = to_answer(agent)
    assert (titles(entries), entries[FOR_AGENTS:]) == ([f"Topic {at}" for at in range(FOR_AGENTS)], told)
    client.force_login(agent)
    answer = client.get("/workbench/")
    assert (answer.context["more_waiting"], answer.context["due"]) == (told, [])
    assert ("All 9 that wait" in answer.content.decode()) == bool(more)


def test_all_that_wait_stand_on_pages_for_who_answers_for_the_brand(client, imported, django_assert_num_queries):
    where, agent = board(), staff(Role.SERVICE_AGENT)
    for at in range(WAITING_A_PAGE + 1):
        topic(title=f"Topic {at}", where=where, now=THEN + timedelta(minutes=at))
    client.force_login(agent)
    with django_assert_num_queries(8):
        first = client.get("/workbench/waiting/")
    second = client.get("/workbench/waiting/", {"page": 2})
    assert titles(first.context["waiting"]) == [f"Topic {at}" for at in range(WAITING_A_PAGE)]
    assert titles(second.context["waiting"]) == [f"Topic {WAITING_A_PAGE}"]
    for page in (first, second):
        assert f"{WAITING_A_PAGE + 1} questions" in page.content.decode()


def test_where_nothing_waits_the_page_says_so(client, imported):
    client.force_login(staff(Role.SERVICE_AGENT))
    answer = client.get("/workbench/waiting/")
    assert answer.context["waiting"] == []
    assert "Nothing waits for you now." in answer.content.decode()


@pytest.mark.parametrize("role", [None, Role.MARKETER, Role.BRAND_MANAGER, Role.MODERATOR])
def test_all_that_waits_is_shown_to_no_other(client, role):
    topic(title="Asked here")
    client.force_login(staff(role) if role else member())
    answer = client.get("/workbench/waiting/")
    assert (answer.status_code, "Asked here" in answer.content.decode()) == (403, False)
    assert Client().get("/workbench/waiting/").status_code == 302
