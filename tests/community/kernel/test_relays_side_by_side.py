"""Several relays on PostgreSQL deliver every fact once and in order per member."""

import itertools
import random
import threading
import time
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import connection, transaction

from community.inbox.models import Notification
from community.kernel import registry, relay
from community.kernel.api import Fact, handles, publish
from community.kernel.models import OutboxEvent, OutboxState
from community.kernel.relay import deliver_once
from tests.forums import places
from tests.people import member
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

MEMBERS, FACTS = 40, 400


@dataclass(frozen=True, kw_only=True)
class KnockHeard(Fact):
    name: ClassVar[str] = "tests.knock.heard"
    number: int


@pytest.fixture
def heard(monkeypatch):
    """What a slow handler heard, as (member, number)."""
    monkeypatch.setattr(registry, "_HANDLERS", registry.defaultdict(list))
    monkeypatch.setattr(registry, "_SUBSCRIPTIONS", [])
    monkeypatch.setattr(registry, "_ROUNDS", [])
    told: list[tuple[int, int]] = []

    def handler(delivery):
        time.sleep(0.001)
        told.append((delivery.fact.member_id, delivery.fact.number))

    handles(KnockHeard)(handler)
    return told


def knock(numbers, now):
    chance = random.Random(numbers[0])
    for number in numbers:
        with transaction.atomic():
            publish(KnockHeard(member_id=chance.randint(1, MEMBERS), number=number), now=now)


def relays(count, now, *, until):
    def work():
        deadline = time.monotonic() + 60
        while not until() and time.monotonic() < deadline:
            deliver_once(now=now, batch=20)

    return [work] * count


def pending():
    return OutboxEvent.objects.filter(state=OutboxState.PENDING).exists()


def test_four_relays_share_a_backlog(heard, now):
    assert connection.vendor == "postgresql"
    knock(range(FACTS), now)
    assert not at_once(relays(4, now, until=lambda: not pending()))
    assert sorted(number for _member, number in heard) == list(range(FACTS))
    for _member, told in itertools.groupby(sorted(heard, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        numbers = [number for _, number in told]
        assert numbers == sorted(numbers)


def test_facts_published_meanwhile_are_delivered_once_and_in_order(heard, now):
    finished = threading.Semaphore(0)

    def publisher(first):
        def work():
            knock(range(first, first + FACTS // 2), now)
            finished.release()

        return work

    def over():
        return finished._value == 2 and not pending()

    assert not at_once([publisher(0), publisher(1000), *relays(3, now, until=over)])
    assert sorted(number for _, number in heard) == [*range(FACTS // 2), *range(1000, 1000 + FACTS // 2)]
    for person in range(1, MEMBERS + 1):
        for first in (0, 1000):  # two publishers have no order between them
            numbers = [n for who, n in heard if who == person and first <= n < first + 1000]
            assert numbers == sorted(numbers)


def test_without_the_claim_facts_would_be_delivered_twice(heard, now, monkeypatch):
    monkeypatch.setattr(relay, "_claim", list)
    knock(range(FACTS), now)
    assert set(at_once(relays(4, now, until=lambda: not pending()))) <= {"OperationalError"}  # ended by a deadlock
    assert len(heard) > FACTS


def test_replies_of_many_reach_one_inbox_through_several_relays(now):
    author = member("maja")
    topic = places.topic(author=author)
    people = [member() for _ in range(24)]
    for person in people:
        places.reply(topic, author=person, now=now)
    assert not at_once(relays(3, now, until=lambda: not pending()))
    assert OutboxEvent.objects.filter(attempts__gt=0).count() == 0
    line = Notification.objects.get(recipient=author, kind="forums.reply")
    assert line.count == len(people)
