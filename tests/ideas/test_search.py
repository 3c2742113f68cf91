"""What a member looks for among the ideas of a contest is a trace if they permit that."""

from __future__ import annotations

import pytest
from django.test import Client

from community.kernel.limits import LIMITS
from community.kernel.models import OutboxEvent
from tests.contests import begin, contest, idea
from tests.people import member, permit

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def place():
    """The address of a contest with three ideas."""
    found = contest()
    for title in ("A wet box", "A wet net", "A lamp"):
        idea(found, title=title)
    return begin(found, "voting").get_absolute_url()


def recorded():
    traces = OutboxEvent.objects.filter(name="traces.site.searched").order_by("pk")
    return [(one.member_id, one.payload["words"], one.payload["found"]) for one in traces]


@pytest.mark.parametrize("permitted", [True, False])
def test_the_search_of_a_member_is_a_trace_under_the_permission_alone(place, permitted):
    person, client = member("maja"), Client()
    if permitted:
        permit(person, "profiling:onsite")
    client.force_login(person)
    for words in (" wet ", "wet", "WET", "", "nothing"):  # the same words again are the page reloaded
        client.get(place, {"q": words})
    client.get(place, {"q": "wet", "page": "2"})
    client.get(f"{place}since/", {"q": "by an open page"})
    client.get(place, {"q": "by a frame"}, headers={"Sec-Fetch-Dest": "iframe"})
    Client().get(place, {"q": "of a guest"})
    assert recorded() == ([(person.pk, "wet", 2), (person.pk, "nothing", 0)] if permitted else [])


def test_searching_ideas_has_the_limit_of_every_search(client, place):
    answers = [client.get(place, {"q": "wet"}).status_code for _time in range(61)]
    assert answers == [200] * 60 + [429]
    assert client.get(place).status_code == 200


def test_an_open_page_of_a_search_has_a_limit_of_its_own(client, place, monkeypatch):
    monkeypatch.setitem(LIMITS, "follow", (3, LIMITS["follow"][1]))
    answers = [client.get(f"{place}since/", {"q": "wet"}).status_code for _time in range(4)]
    assert answers == [200] * 3 + [429]
    assert [client.get(f"{place}since/").status_code, client.get(place, {"q": "wet"}).status_code] == [200, 200]


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_the_same_for_any_number(client, django_assert_num_queries, count):
    found = contest()
    for number in range(count):
        idea(found, title=f"A wet box {number}")
    place = begin(found, "voting").get_absolute_url()
    client.get(place, {"q": "before"})
    # contest, phases, brief, the order, those with the words, the page's ideas, authors in two
    with django_assert_num_queries(8):
        assert client.get(place, {"q": "wet"}).context["ideas"].found == count
