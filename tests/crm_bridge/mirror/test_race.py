"""Two pages of one member: permissions switched at once in opposite directions, and one interest muted on both."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import groupby

import pytest
from django.db import connection
from django.test import Client

from community.consent.api import VERSION, permits_of
from community.consent.ledger import permission_drift
from community.consent.models import PermissionEntry
from community.kernel.models import OutboxEvent
from community.members.api import Member
from crm_bridge.mirror.services import switch
from crm_bridge.models import InterestControl, Profile
from tests.people import THEN, member, permit
from tests.relay import drain
from tests.threads import at_once, ever, no_locks
from tests.vocabulary import writer_of_racks

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


RACK = "roof-rack"
TABS = 3


@pytest.fixture
def ada():
    return writer_of_racks()


@pytest.fixture
def sent(client, ada):
    """Sends one act on that interest from several pages at the same moment. Returns the errors and the answers."""
    client.force_login(ada)

    def send(act: str) -> tuple[Counter[str], list[int]]:
        statuses: list[int] = []

        def tab() -> None:
            page = Client()
            page.cookies = client.cookies.copy()
            statuses.append(page.post("/me/knows/interests/", {"act": act, "keyword": RACK}).status_code)

        return at_once([tab] * TABS), statuses

    return send


def said(person: Member) -> list[str]:
    """What was said of interests, as the member's file has it."""
    facts = OutboxEvent.objects.filter(member_id=person.pk, name__startswith="crm.interest.").order_by("pk")
    return [name.rpartition(".")[2] for name in facts.values_list("name", flat=True)]


def test_an_interest_muted_on_several_pages_at_once_is_muted_once(ada, sent):
    done = Counter(), [303] * TABS
    assert [sent("mute"), sent("unmute"), sent("mute")] == [done] * 3
    drain()
    assert said(ada) == ["muted", "unmuted", "muted"]
    assert InterestControl.objects.values_list("keyword", "muted").get() == (RACK, True)
    [interest] = Profile.objects.get(member_id=ada.pk).interests
    assert (interest["keyword"], interest["muted"]) == (RACK, True)


def test_control_where_pages_do_not_wait_for_each_other_it_is_said_twice(ada, sent):
    def twice() -> bool:
        before = said(ada)
        with no_locks():
            sent("unmute" if before[-1:] == ["muted"] else "mute")
        return len(said(ada)) > len(before) + 1

    assert ever(twice)
