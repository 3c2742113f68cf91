from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import transaction

from community.kernel.api import Fact, publish
from community.kernel.facts import fact_from
from community.kernel.models import OutboxEvent
from community.kernel.services import NotInTransaction


@dataclass(frozen=True, kw_only=True)
class BellRung(Fact):
    name: ClassVar[str] = "tests.bell.rung"
    tones: tuple[str, ...]
    loud: bool = False


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_transaction_is_refused(now):
    with pytest.raises(NotInTransaction):
        publish(BellRung(member_id=1, tones=("a",)), now=now)
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_published_fact_reads_back_the_same(now):
    fact = BellRung(member_id=70, tones=("行李架", "b"))
    with transaction.atomic():
        publish(fact, now=now)
    event = OutboxEvent.objects.get()
    assert (event.lane, event.state, event.occurred_at) == (6, "pending", now)
    assert fact_from(event.name, member_id=event.member_id, payload={**event.payload, "dropped_field": 1}) == fact
