"""Facets of an audience, and when its people joined."""

from datetime import timedelta

import pytest

from community.kernel.api import now
from community.members.api import CarEntry, Member, set_garage
from community.search.api import engine_of, mark
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from crm_bridge.audience.times import JOINED, WEEKS, WINDOWS, growth, in_windows
from crm_bridge.console.facets import FIRST, Chip, chips_of, facets_of
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.mirror import services
from crm_bridge.models import Keyword, Profile
from crm_bridge.templatetags.workbench import spark
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    load_words()
    person = permit(member("ada"), *BOTH)
    drain()
    return person


def joined(person, days):
    Member.objects.filter(pk=person.pk).update(joined_at=now() - timedelta(days=days))
    mark("audience", [person.pk])


def facets(line=""):
    return {facet.title: facet for facet in facets_of(audience(parse(line), now=now()))}


def counts(facet):
    return [(choice.name, choice.count) for choice in (*facet.choices, *facet.more)]


def test_what_has_a_fixed_list_keeps_its_zeros(ada):
    found = facets()
    assert counts(found["Language"]) == [("English", 1), ("中文", 0)]
    assert {name for name, _count in counts(found["Stage"])} == {
        "Getting to know each other",
        "Growing",
        "At home here",
        "Seen less often",
    }
    permits = counts(found["May be reached for"])
    assert permits[0] == ("Product news: Email", 1) and len(permits) == 15
    assert sum(count for _name, count in permits) == 1
    assert counts(found["Last here"]) == [
        ("in the last 7 days", 0),
        ("7 to 30 days ago", 0),
        ("30 to 90 days ago", 0),
        ("90 to 365 days ago", 0),
        ("over 365 days ago", 0),
    ]


def test_what_was_chosen_stays_to_be_taken_off_though_nobody_has_it(ada):
    camping = next(one for one in facets("interest:camping")["Interest"].choices if one.chosen)
    assert (camping.name, camping.count, camping.line) == ("camping", 0, "")


def test_the_first_values_are_shown_and_the_others_stand_behind_them(ada):
    for number in range(FIRST + 3):
        Keyword.objects.create(code=f"k{number}", name_en=f"Kind{number}", name_zh=f"类{number}", kind="topic")
    vocabulary_changed()
    for number in range(FIRST + 1):
        services.add(member=ada, term=f"kind{number}", now=now())
    drain()
    interest = facets()["Interest"]
    assert (len(interest.choices), len(interest.more)) == (FIRST + 1, 0)  # a list is not cut for one line
    for number in range(FIRST + 1, FIRST + 3):
        services.add(member=ada, term=f"kind{number}", now=now())
    drain()
    interest = facets()["Interest"]
    assert (len(interest.choices), len(interest.more)) == (FIRST, 3)
    chosen = facets(f"interest:k{FIRST + 2}")["Interest"]
    assert [one.name for one in chosen.choices if one.chosen] == [f"Kind{FIRST + 2}"]
    assert len(chosen.choices) + len(chosen.more) == FIRST + 3


DAYS = [(20000, 0), (5000, 0), (3000, 0), (364, 1), (89, 2), (36, 2), (29, 3), (8, 3), (6, 4), (0, 4)]


def test_when_people_joined_is_counted_once_for_windows_and_weeks(ada):
    for days, window in DAYS:
        joined(ada, days)
        drain()
        found = audience(parse(""), now=now())
        assert [count for _cut, count in found.facets["joined_at"]] == [int(at == window) for at in range(len(WINDOWS))]
        assert len(found.growth) == WEEKS + 1
        assert [people for _at, people in found.growth] == [int(7 * week <= days) for week in range(WEEKS, -1, -1)]


def test_each_window_counts_whom_its_part_of_a_line_finds(ada):
    joined(ada, 5000)
    Profile.objects.update(last_active_at=now() - timedelta(days=4000))
    mark("audience", [ada.pk])
    drain()
    found = audience(parse(""), now=now())
    for key in ("active", "joined"):
        assert found.facets[f"{key}_at"][0][1] == audience(parse(f"{key}>365d"), now=now()).total == 1


def test_growth_costs_no_question_more(ada, monkeypatch):
    engine, asked = engine_of("audience"), []
    search = engine.search
    monkeypatch.setattr(engine, "search", lambda question: asked.append(question) or search(question))
    audience(parse(""), now=now())
    assert len(asked) == 2  # who may be reached, and how many match in all


def test_buckets_of_weeks_add_up_to_windows():
    at = now()
    buckets = [(at - timedelta(days=days), 1) for days in JOINED]
    assert [count for _cut, count in in_windows(buckets)] == [
        sum(1 for days in JOINED if longest >= days > shortest)
        for longest, shortest in zip(WINDOWS, (*WINDOWS[1:], 0), strict=True)
    ]
    grown = growth(buckets, 100, now=at)
    assert grown[-1] == (at, 100)
    assert grown == sorted(grown)


def test_the_line_begins_and_ends_at_its_numbers():
    at = now()
    drawn = spark([(at - timedelta(days=7 * week), people) for week, people in ((2, 0), (1, 5), (0, 10))])
    assert "M0.0 48.0L128.0 28.0L256.0 8.0" in drawn and "now: 10" in drawn and "style" not in drawn
    assert "48.0L256.0 48.0" in spark([(at, 0), (at, 0)])


def test_each_part_of_a_question_is_a_chip_that_takes_it_off(ada):
    line = parse("stage:stable,growth -owns:norling-4t active<30d permit:offers:email sort:interest:power")
    rest = "-owns:norling-4t active<30d permit:offers:email sort:interest:power"
    chips = chips_of(line)
    assert chips[0] == Chip("is", "At home here, Growing", excluded=False, line=rest)
    assert [(chip.label, chip.value, chip.excluded) for chip in chips[1:]] == [
        ("does not drive", "Norling 4 Touring", True),
        ("last here", "in the last 30 days", False),
        ("may be reached for", "Offers: Email", False),
        ("sorted by", "power", False),
    ]
    assert "permit" not in chips[3].line and "sort" in chips[3].line
    assert "sort" not in chips[4].line
    assert [chip.value for chip in chips_of(parse("sort:-joined"))] == ["joined, latest first"]


def test_a_brand_is_counted_by_its_cars(ada):
    set_garage(member=ada, cars=[CarEntry("Norling", "4 Touring", 2023), CarEntry("Norling", "9", None)], now=now())
    drain()
    cars = facets("owns:norling")["Drives"]
    assert sorted(counts(cars)) == [("Norling 4 Touring", 1), ("Norling 9", 1)]
    assert not any(choice.chosen for choice in cars.choices)
