"""Elasticsearch goes away while people write: their acts succeed, pages say so at once, and writes catch up."""

import re
import threading
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from community.kernel.api import now
from community.kernel.relay import Relay
from community.members.api import Role
from community.search import services
from community.search.api import search_content
from community.search.drift import drift
from community.search.models import Mark
from community.search.registry import close_engines
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from crm_bridge.models import Segment
from crm_bridge.segments.services import save_segment
from forums.api import Topic, ensure_board, open_topic
from tests.forgetting import open_engines
from tests.outage import Door
from tests.people import member, permit, staff
from tests.relay import drain
from tests.threads import at_once
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WRITERS = 3
LONGEST_PAUSE_SECONDS = 5.0  # before search is tried again; in earnest half a minute
QUICK_SECONDS = 6.0  # one try of two seconds, and a busy machine


@pytest.fixture
def door(elasticsearch, settings):
    found = Door(settings.ELASTICSEARCH_URL)
    settings.ELASTICSEARCH_URL = found.url
    yield found
    found.open()
    close_engines()  # engines that were left alone for a while would not empty their indexes
    open_engines()


@pytest.mark.long
@pytest.mark.parametrize(("away", "seconds"), [("refuse", 60), ("freeze", 12)])
def test_an_outage_under_writing_load(door, client, monkeypatch, away, seconds):
    monkeypatch.setattr(services, "LONGEST_PAUSE_SECONDS", LONGEST_PAUSE_SECONDS)
    load_words()
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    people = [permit(member(f"writer{n}x"), "profiling:onsite", "product_news:email") for n in range(WRITERS)]
    client.force_login(staff(Role.MARKETER))
    open_topic(author=people[0], board=board, title="Roof rack before", source="Which one?", now=now())
    drain()
    relay = Relay(idle_seconds=0.1)

    def deliver():
        try:
            relay.run()
        finally:
            connection.close()

    getattr(door, away)()
    until = time.monotonic() + seconds
    runner = threading.Thread(target=deliver)
    runner.start()
    try:
        assert not at_once([*(writing(person, board, until) for person in people), looking(client, until)])
        written = Topic.objects.count()
        assert written > WRITERS * seconds
        assert Mark.objects.exists()
        door.open()
        caught_up = time.monotonic() + LONGEST_PAUSE_SECONDS + 30
        while Mark.objects.exists() and time.monotonic() < caught_up:  # by itself, with nobody's help
            time.sleep(0.1)
    finally:
        door.open()
        relay.stop()
        runner.join(90)
    drain()
    assert search_content("roof rack", viewer=AnonymousUser(), kinds=["topic"]).total == written
    assert audience(parse("interest:roof-rack"), now=now()).total == WRITERS
    assert [drift(name) for name in ("content", "audience")] == [([], [], []), ([], [], [])]


LINE = "interest:roof-rack active<30d"


@pytest.fixture
def segment(door, client):
    """A segment in a Workbench whose search works."""
    load_words()
    marketer = staff(Role.MARKETER)
    client.force_login(marketer)
    permit(member("ada"), "profiling:onsite", "product_news:email")
    saved = save_segment(actor=marketer, name="Racks", line=LINE, now=now())
    drain()
    assert client.get(reverse("crm:people"), {"q": LINE}).status_code == 200
    return saved


def quickly(act):
    began = time.monotonic()
    answer = act()
    assert time.monotonic() - began < QUICK_SECONDS
    return answer


@pytest.mark.parametrize("goes", ["refuse", "freeze"])
def test_places_that_need_search_say_so_and_lose_nothing(door, segment, client, goes):
    away = "Search is away for a moment"
    getattr(door, goes)()

    def sent(status, method, name, data, *args):
        answer = quickly(lambda: getattr(client, method)(reverse(name, args=args), data, follow=method == "post"))
        text = answer.content.decode()
        assert (answer.status_code, away in text) == (status, True), name
        return text

    asked = f'value="{LINE.replace("<", "&lt;")}"'
    assert asked in sent(503, "get", "crm:people", {"q": LINE})  # a segment is opened
    assert asked in sent(503, "post", "crm:export", {"q": LINE})
    text = sent(422, "post", "crm:save_segment", {"q": LINE, "name": "Racks"})
    assert 'value="Racks"' in text and "There is a segment of this name already." in text and text.count(asked) == 2
    assert "of this name already." in sent(503, "get", "crm:people", {"q": LINE, "name": "Racks"})
    assert "Saved: “More racks”." in sent(200, "post", "crm:save_segment", {"q": LINE, "name": "More racks"})
    text = sent(200, "post", "crm:change_segment", {"name": "Roof racks"}, segment.pk)
    assert "“Racks” is now “Roof racks”." in text
    text = sent(422, "post", "crm:change_segment", {"name": "More racks"}, segment.pk)
    assert re.search(r'value="More racks"[^>]+aria-invalid="true"', text)
    sent(200, "get", "crm:workbench", {})
    sent(200, "post", "crm:change_segment", {"do": "delete"}, segment.pk)
    assert list(Segment.objects.values_list("name", "line")) == [("More racks", LINE)]


@pytest.mark.parametrize("goes", ["refuse", "freeze"])
def test_the_command_says_that_search_is_away(door, segment, goes):
    getattr(door, goes)()

    def asked():
        with pytest.raises(CommandError, match="Search is away at the moment; try again in a minute"):
            call_command("audience", LINE)

    quickly(asked)


def looking(client, until):
    """Pages that need the engine say so, and say it quickly, all the time."""

    def work():
        try:
            while time.monotonic() < until:
                for name, question in (("search", {"q": "roof rack"}), ("crm:people", {"q": "interest:roof-rack"})):
                    began = time.monotonic()
                    response = client.get(reverse(name), question)
                    assert response.context["away"], name
                    assert time.monotonic() - began < QUICK_SECONDS
                time.sleep(2)
        finally:
            connection.close()

    return work


def writing(person, board, until):
    """A topic every quarter of a second, as long as the engine is away."""

    def work():
        number = 0
        while time.monotonic() < until:
            open_topic(author=person, board=board, title=f"Roof rack {number}", source="Steel or not?", now=now())
            number += 1
            time.sleep(0.25)

    return work
