"""Lines about several things that have other titles now: each says its own, nobody else's changes."""

from __future__ import annotations

import pytest

from community.inbox import titles as retitling
from community.inbox.models import Notification
from community.inbox.services import Notice, notify
from community.inbox.titles import retitle
from tests.people import THEN, member

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

SUBJECTS = [f"idea:{number}" for number in range(5)]


@pytest.fixture
def people():
    """Three people, each with a line about each of five things."""
    found = [member() for _ in range(3)]
    about = [(person, subject) for person in found for subject in reversed(SUBJECTS)]
    notify(
        Notice(person.pk, "forums.reply", subject, 0, f"/{subject}/old/", "Old", THEN, event_id)
        for event_id, (person, subject) in enumerate(about, start=1)
    )
    return found


def lines(**where):
    return set(Notification.objects.filter(**where).values_list("subject", "title", "url"))


@pytest.mark.parametrize("batch", [2, 500])
def test_each_of_several_things_has_its_own_title_whatever_the_batches(people, batch, monkeypatch):
    monkeypatch.setattr(retitling, "RETITLED", batch)
    titles = {subject: f"New {subject}" for subject in SUBJECTS[:3]}
    retitle(titles, urls={subject: f"/{subject}/new/" for subject in titles})
    old = {(subject, "Old", f"/{subject}/old/") for subject in SUBJECTS[3:]}
    new = {(subject, f"New {subject}", f"/{subject}/new/") for subject in SUBJECTS[:3]}
    assert (lines(), Notification.objects.count()) == (old | new, 15)
    retitle({SUBJECTS[3]: "x" * 300})
    assert lines(subject=SUBJECTS[3]) == {(SUBJECTS[3], "x" * 200, f"/{SUBJECTS[3]}/old/")}


@pytest.mark.parametrize("batch", [1, 500])
def test_where_it_is_known_whose_lines_they_are_only_theirs_change(people, batch, monkeypatch):
    monkeypatch.setattr(retitling, "RETITLED", batch)
    retitle({SUBJECTS[0]: "New", SUBJECTS[1]: "Newer"}, recipients=[people[0].pk, people[2].pk])
    changed = Notification.objects.exclude(title="Old").values_list("recipient_id", "subject", "title")
    said = {SUBJECTS[0]: "New", SUBJECTS[1]: "Newer"}.items()
    assert set(changed) == {(person.pk, *one) for person in (people[0], people[2]) for one in said}


@pytest.mark.parametrize(("number", "queries"), [(0, 0), (1, 4), (3, 6)])
def test_one_thing_more_costs_one_query_more(people, number, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        retitle(dict.fromkeys(SUBJECTS[:number], "New"))
    assert Notification.objects.filter(title="New").count() == 3 * number
