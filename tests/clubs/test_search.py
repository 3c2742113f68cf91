"""A club is found by whatever it goes by, and what a member looked for is a trace if they permit that."""

from __future__ import annotations

import pytest
from django.test import Client

from clubs.models import Club
from clubs.services import ensure_club
from community.kernel.models import OutboxEvent
from tests.people import THEN, member, permit

pytestmark = pytest.mark.django_db


@pytest.fixture
def clubs():
    ensure_club(slug="touring", kind="brand", title_en="Long cars", title_zh="长车之家", now=THEN)
    facts = {"5X": {"name_zh": "远行五号", "drawing": "", "wheelbase": 0, "height": 0, "length": 0}}
    kept = {"models_list": ["5X", "4 Touring"], "model_facts": facts, "keywords": ["Norling", "旅行车"]}
    Club.objects.filter(slug="touring").update(**kept)
    ensure_club(slug="coast", kind="circle", title_en="Coast", title_zh="海边", now=THEN)


def found(client, words):
    page = client.get("/clubs/", {"q": words})
    return [card.club.slug for _label, _kind, cards in page.context["groups"] for card in cards]


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        *(
            (words, ["touring"])
            for words in ("5X", "5x", "norling 5x", "Touring", "远行五号", "旅行车", "LONG", "长车")
        ),
        *(("coast", ["coast"]), ("海边", ["coast"]), ("5x coast", []), ("%", []), ("nothing", [])),
    ],
)
def test_a_club_is_found_by_its_models_and_keywords_in_both_languages(client, clubs, words, slugs):
    assert found(client, words) == slugs


@pytest.mark.parametrize("number", [1, 3])
def test_a_search_costs_the_same_for_any_number(client, django_assert_num_queries, number):
    for one in range(number):
        ensure_club(slug=f"touring-{one}", kind="brand", title_en="Touring", title_zh="旅行", now=THEN)
    with django_assert_num_queries(6):  # named, how many, clubs, how many a kind; their boards, pages
        assert len(found(client, "touring")) == number


@pytest.mark.parametrize("permitted", [True, False])
def test_the_search_of_a_member_is_a_trace_under_the_permission_alone(clubs, permitted):
    person, client = member("maja"), Client()
    if permitted:
        permit(person, "profiling:onsite")
    client.force_login(person)
    for words in (" 5X ", "5x", "", "nothing"):
        client.get("/clubs/", {"q": words})
    client.get("/clubs/", {"q": "by a frame"}, headers={"Sec-Fetch-Dest": "iframe"})
    Client().get("/clubs/", {"q": "of a guest"})
    traces = OutboxEvent.objects.filter(name="traces.site.searched").order_by("pk")
    told = [(one.member_id, one.payload["words"], one.payload["found"]) for one in traces]
    assert told == ([(person.pk, "5X", 1), (person.pk, "nothing", 0)] if permitted else [])


def test_searching_clubs_has_the_limit_of_every_search(client, clubs):
    answers = [client.get("/clubs/", {"q": "5x"}).status_code for _time in range(61)]
    assert answers == [200] * 60 + [429]
