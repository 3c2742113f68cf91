"""Two pages of one member on which kinds of notification are chosen, saved at once."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from community.inbox.models import MutedKind
from community.inbox.services import notification_kinds, set_wanted
from community.members.api import Member
from tests.people import member
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
