"""Two pages of one member on which permissions are switched, saved at once and in opposite directions."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import groupby

import pytest
from django.db import connection

from community.consent.api import VERSION, permits_of
from community.consent.ledger import permission_drift
from community.consent.models import PermissionEntry
from community.kernel.models import OutboxEvent
from community.members.api import Member
from crm_bridge.mirror.services import switch
from tests.people import THEN, member, permit
from tests.threads import at_once, ever, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ONE, OTHER = {"offers:email", "profiling:onsite"}, {"product_news:email", "research:onsite"}
ROUNDS = 10


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def switched(person: Member, *, times: int) -> Counter[str]:
    """One page takes back what the other gives, and gives what the other takes back. Returns the errors."""
    change = partial(switch, member=person, wording=VERSION, now=THEN)
    return at_once([partial(change, shown=ONE, wanted=OTHER), partial(change, shown=OTHER, wanted=ONE)] * times)


def entries(person: Member) -> dict[tuple[str, str], list[bool]]:
    """What the ledger says of each permission, in order."""
    rows = PermissionEntry.objects.filter(member_id=person.pk).order_by("purpose", "channel", "pk")
    said = rows.values_list("purpose", "channel", "granted")
    return {pair: [row[2] for row in group] for pair, group in groupby(said, key=lambda row: row[:2])}


def test_permissions_switched_in_opposite_directions_end_as_one_page_had_them():
    for _ in range(ROUNDS):
        person = permit(member(), *ONE)
        assert switched(person, times=3) == Counter()
        assert permits_of(person.pk) in (ONE, OTHER)
        assert permission_drift() == []
        for said in entries(person).values():  # yes and no take turns: nothing is said twice
            assert said == [n % 2 == 0 for n in range(len(said))]
        facts = OutboxEvent.objects.filter(member_id=person.pk, name__startswith="consent.permission.")
        assert facts.count() == PermissionEntry.objects.filter(member_id=person.pk).count()


def test_control_where_pages_do_not_wait_for_each_other_they_end_each_other_or_get_mixed():
    def goes_wrong() -> bool:
        person = permit(member(), *ONE)
        with no_locks():
            errors = switched(person, times=6)
        return bool(errors) or permits_of(person.pk) not in (ONE, OTHER) or permission_drift() != []

    assert ever(goes_wrong)
