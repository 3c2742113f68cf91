"""Elasticsearch goes away while people write: their acts succeed, pages say so at once, and writes catch up."""

import threading
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.urls import reverse

from community.kernel.api import now
from community.kernel.relay import Relay
from community.members.api import Role
from community.search.api import search_content
from community.search.models import Mark
from community.search.services import drift, forget_state
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from forums.api import Topic, ensure_board, open_topic
from tests.outage import Door
from tests.people import member, permit, staff
from tests.relay import drain
from tests.threads import at_once
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

TOPICS, WRITERS = 15, 3
QUICK_SECONDS = 4.0  # one try of two seconds, and a busy machine


@pytest.fixture
def door(elasticsearch, settings):
    found = Door(settings.ELASTICSEARCH_URL)
    settings.ELASTICSEARCH_URL = found.url
    yield found
    found.open()


@pytest.mark.parametrize("away", ["refuse", "freeze"])
def test_an_outage_under_writing_load(door, client, away):
    load_words()
    board = ensure_board("touring", title_en="Touring", title_zh="旅行")
    people = [permit(member(f"writer{n}x"), "profiling:onsite", "product_news:email") for n in range(WRITERS)]
    client.force_login(staff(Role.MARKETER))
    open_topic(author=people[0], board=board, title="Roof rack before", source="Which one?", now=now())
    drain()
    relay = Relay(idle_seconds=0.02)

    def deliver():
        try:
            relay.run()
        finally:
            connection.close()

    getattr(door, away)()
    runner = threading.Thread(target=deliver)
    runner.start()
    try:
        assert not at_once([writing(person, board) for person in people])
        for name, question in (("search", {"q": "roof rack"}), ("crm:people", {"q": "interest:roof-rack"})):
            began = time.monotonic()
            response = client.get(reverse(name), question)
            assert response.context["away"], name
            assert time.monotonic() - began < QUICK_SECONDS
        assert Topic.objects.count() == 1 + TOPICS * WRITERS
        assert Mark.objects.exists()
    finally:
        door.open()
        relay.stop()
        runner.join(90)
    forget_state()
    time.sleep(5.1)  # how long the engine is left in peace after a failure
    drain()
    assert search_content("roof rack", viewer=AnonymousUser(), kinds=["topic"]).total == 1 + TOPICS * WRITERS
    assert audience(parse("interest:roof-rack"), now=now()).total == WRITERS
    assert [drift(name) for name in ("content", "audience")] == [([], []), ([], [])]


def writing(person, board):
    def work():
        for number in range(TOPICS):
            open_topic(author=person, board=board, title=f"Roof rack {number}", source="Steel or not?", now=now())

    return work
