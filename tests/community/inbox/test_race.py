"""Kinds of notification chosen on two pages at once, and lines retitled while somebody is told of the same things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from django.db import connection, transaction

from community.inbox.models import MutedKind, Notification
from community.inbox.services import Notice, notification_kinds, notify, set_wanted
from community.inbox.titles import retitle
from community.members.api import Member
from tests.people import THEN, member
from tests.threads import at_once, ever, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ROUNDS = 10


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def is_one_of_them(person: Member) -> bool:
    """Save two choices that have nothing in common, four times each. Returns whether one of them stands, whole."""
    kinds = sorted(notification_kinds())
    choices = set(kinds[::2]), set(kinds[1::2])
    acts = [partial(set_wanted, member_id=person.pk, kinds=choice) for choice in choices] * 4
    errors = at_once(acts)
    muted = set(MutedKind.objects.filter(member_id=person.pk).values_list("kind", flat=True))
    return not errors and muted in [set(kinds) - choice for choice in choices]


def test_of_two_choices_saved_at_once_one_stands_whole():
    person = member()
    assert all(is_one_of_them(person) for _ in range(ROUNDS))


def test_control_where_pages_do_not_wait_for_each_other_they_get_mixed():
    person = member()

    def mixed() -> bool:
        with no_locks():
            return not is_one_of_them(person)

    assert ever(mixed)


SUBJECTS = [f"topic:{number}" for number in range(20)]


@pytest.fixture
def told():
    """Tells somebody of these things; the first time, what comes last in their order gets the first row."""
    person, events = member(), count(1)

    def tell(subjects: list[str]) -> None:
        notify(Notice(person.pk, "forums.reply", one, 0, "/", "Old", THEN, next(events)) for one in subjects)

    for subject in reversed(SUBJECTS):
        tell([subject])
    return tell


def retitled_while_told(retitle_all: Callable[[], None], tell: Callable[[list[str]], None]) -> Counter[str]:
    """Retitle all of it in one transaction, while all of it is told again. Returns the errors."""
    return at_once([transaction.atomic(retitle_all), partial(tell, SUBJECTS)])


def test_what_is_retitled_and_told_at_once_waits_for_each_other_and_not_for_good(told):
    for round_ in range(ROUNDS // 2):
        titles = dict.fromkeys(SUBJECTS, f"New {round_}")
        assert retitled_while_told(partial(retitle, titles), told) == Counter()
    assert Notification.objects.filter(subject__in=SUBJECTS).count() == len(SUBJECTS)


def test_control_who_retitles_one_after_the_other_waits_for_good(told):
    def one_by_one() -> None:
        for subject in SUBJECTS:
            retitle({subject: "New"})

    assert ever(lambda: "OperationalError" in retitled_while_told(one_by_one, told))
