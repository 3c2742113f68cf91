"""One member, two pages on which keywords and garage are changed: the form that was saved last stands, whole."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import CarEntry, Member, declare_keywords, set_garage
from community.members.models import Car, DeclaredKeyword
from tests.people import member
from tests.threads import at_once, ever, no_locks

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8
EDIT = "members:edit"


def page_of(person: Member) -> Client:
    """A page of somebody who is signed in; two of them share nothing but the member."""
    client = Client()
    client.force_login(person)
    return client


def form(name: str, keywords: list[str], cars: list[str], *, before: int = 0, out: tuple[int, ...] = ()) -> dict:
    """What a form sends: models of cars, of which so many were there when it was opened, and which are taken out."""
    sent = {"name": name, "about": name, "language": "en", "keywords": ", ".join(keywords)}
    sent |= {"car-TOTAL_FORMS": str(len(cars) + 1), "car-INITIAL_FORMS": str(before)}
    for number, model in enumerate(cars):
        sent |= {f"car-{number}-brand": "Norling", f"car-{number}-model": model, f"car-{number}-year": "2024"}
    return sent | {f"car-{number}-DELETE": "on" for number in out}


def fields_of(client: Client) -> dict[str, str]:
    """The form as a page shows it, ready to be sent."""
    context = client.get(reverse(EDIT)).context
    rows, texts = context["garage"], context["form"]
    forms = [rows.management_form, texts, *rows.forms]
    return {bound.html_name: bound.value() if bound.value() is not None else "" for one in forms for bound in one}


def stands(person: Member) -> tuple[str, list[str], list[str]]:
    """The name, the keywords and the cars of somebody, in their order, each row as it is."""
    cars = Car.objects.filter(member=person).values_list("model", flat=True)
    words = DeclaredKeyword.objects.filter(member=person).values_list("text", flat=True)
    return Member.objects.get(pk=person.pk).name, list(words), list(cars)


def told(person: Member) -> tuple[list[str], list[str]]:
    """The keywords and the cars by the latest facts."""
    facts = OutboxEvent.objects.filter(member_id=person.pk).order_by("pk")
    words = facts.filter(name="members.keywords.declared").last().payload["keywords"]
    cars = facts.filter(name="members.garage.changed").last().payload["models"]
    return words, [car.removeprefix("Norling ") for car in cars]


@pytest.fixture
def maja():
    person = member("maja", name="Maja")
    declare_keywords(member=person, keywords=["ski"], now=now())
    set_garage(member=person, cars=[CarEntry("Norling", "4T", 2024)], now=now())
    return person


def test_of_two_tabs_the_one_saved_last_stands_whole(maja):
    one, other = page_of(maja), page_of(maja)
    older, newer = fields_of(one), fields_of(other)
    newer |= {"keywords": "ski, camping", "car-1-brand": "Norling", "car-1-model": "2T", "car-1-year": ""}
    assert other.post(reverse(EDIT), newer).status_code == 302
    assert stands(maja) == ("Maja", ["ski", "camping"], ["4T", "2T"])
    answer = one.post(reverse(EDIT), older | {"keywords": "ski, bikes"}, follow=True)
    assert stands(maja) == ("Maja", ["ski", "bikes"], ["4T"])
    assert told(maja) == (["ski", "bikes"], ["4T"])
    # What stands is what the member is shown next.
    text = answer.content.decode()
    assert "Your space is saved." in text and "bikes" in text
    assert "camping" not in text and "2T" not in text


def test_the_same_from_two_tabs_is_there_once(maja):
    pages = [page_of(maja), page_of(maja)]
    sent = [fields_of(page) | {"keywords": "ski, camping", "car-1-brand": "N", "car-1-model": "2T"} for page in pages]
    for page, fields in zip(pages, sent, strict=True):
        assert page.post(reverse(EDIT), fields).status_code == 302
    assert stands(maja) == ("Maja", ["ski", "camping"], ["4T", "2T"])


def test_a_car_taken_out_in_both_tabs_is_out_and_nothing_else(maja):
    set_garage(member=maja, cars=[CarEntry("Norling", one, 2024) for one in ("4T", "2T", "1T")], now=now())
    pages = [page_of(maja), page_of(maja)]
    sent = [fields_of(page) | {"car-1-DELETE": "on"} for page in pages]
    for page, fields in zip(pages, sent, strict=True):
        assert page.post(reverse(EDIT), fields).status_code == 302
        assert stands(maja) == ("Maja", ["ski"], ["4T", "1T"])


def test_a_tab_that_does_not_hold_changes_nothing_of_what_the_other_saved(maja):
    one, other = page_of(maja), page_of(maja)
    older = fields_of(one)
    other.post(reverse(EDIT), form("Maja L", ["camping"], ["2T"], before=1))
    refused = one.post(reverse(EDIT), older | {"car-0-model": ""})
    assert refused.status_code == 422
    assert refused.context["form"]["keywords"].value() == "ski"  # what was typed is still there
    assert stands(maja) == ("Maja L", ["camping"], ["2T"])


# At the same moment.

FORMS = {
    "one": form("Maja One", ["ski", "roof", "snow"], ["4T", "2T", "1T"]),
    "other": form("Maja Other", ["roof", "camping"], ["7T"]),
}
WHOLE = [
    ("Maja One", ["ski", "roof", "snow"], ["4T", "2T", "1T"]),
    ("Maja Other", ["roof", "camping"], ["7T"]),
]


@pytest.fixture
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def saved_at_once(person: Member) -> list[int]:
    """Save both forms, three times each. Returns the status of each answer."""
    answers: list[int] = []

    def save(client: Client, fields: dict) -> None:
        answers.append(client.post(reverse(EDIT), fields).status_code)

    assert not at_once([partial(save, page_of(person), fields) for fields in FORMS.values()] * 3)
    return answers


@pytest.mark.services
@pytest.mark.usefixtures("postgresql")
def test_of_two_forms_saved_at_the_same_moment_one_stands_whole():
    for _ in range(ROUNDS):
        person = member()
        assert saved_at_once(person) == [302] * 6
        found = stands(person)
        assert found in WHOLE
        assert told(person) == found[1:]


def changed_at_once(person: Member) -> bool:
    """Keywords and garage, each by themselves and all at once. Returns whether each is as one page had it."""
    acts = []
    for _name, words, cars in WHOLE * 3:
        entries = [CarEntry("Norling", model, 2024) for model in cars]
        acts.append(partial(declare_keywords, member=person, keywords=words, now=now()))
        acts.append(partial(set_garage, member=person, cars=entries, now=now()))
    errors = at_once(acts)
    _name, words, cars = stands(person)
    whole = words in [one[1] for one in WHOLE] and cars in [one[2] for one in WHOLE]
    return not errors and whole and told(person) == (words, cars)


@pytest.mark.services
@pytest.mark.usefixtures("postgresql")
def test_keywords_and_cars_changed_at_the_same_moment_are_as_one_page_had_them():
    assert all(changed_at_once(member()) for _ in range(ROUNDS))


@pytest.mark.services
@pytest.mark.usefixtures("postgresql")
def test_control_where_pages_do_not_wait_for_each_other_rows_get_mixed():
    def mixed() -> bool:
        person = member()
        with no_locks():
            return not changed_at_once(person)

    assert ever(mixed)
