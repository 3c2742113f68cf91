from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction

from community.kernel.api import Fact, publish, publish_many
from community.kernel.facts import fact_from
from community.kernel.models import OutboxEvent
from community.kernel.services import NotInTransaction, rewrite


@dataclass(frozen=True, kw_only=True)
class BellRung(Fact):
    name: ClassVar[str] = "tests.bell.rung"
    tones: tuple[str, ...]
    loud: bool = False


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_transaction_is_refused(now):
    with pytest.raises(NotInTransaction):
        publish(BellRung(member_id=1, tones=("a",)), now=now)
    with pytest.raises(NotInTransaction):
        publish_many([(BellRung(member_id=1, tones=("a",)), now)])
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_published_fact_reads_back_the_same(now):
    fact = BellRung(member_id=70, tones=("行李架", "b"))
    with transaction.atomic():
        publish(fact, now=now)
    event = OutboxEvent.objects.get()
    assert (event.lane, event.state, event.occurred_at) == (6, "pending", now)
    assert fact_from(event.name, member_id=event.member_id, payload={**event.payload, "dropped_field": 1}) == fact


@pytest.mark.django_db
def test_many_facts_are_published_in_their_order_with_their_times(now, django_assert_num_queries):
    facts = [(BellRung(member_id=who, tones=(str(who),)), now + timedelta(days=who)) for who in (70, 3, 70)]
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        publish_many(facts)
    events = list(OutboxEvent.objects.order_by("pk"))
    assert [(e.member_id, e.lane, e.payload["tones"], e.occurred_at, e.state) for e in events] == [
        (70, 6, ["70"], now + timedelta(days=70), "pending"),
        (3, 3, ["3"], now + timedelta(days=3), "pending"),
        (70, 6, ["70"], now + timedelta(days=70), "pending"),
    ]
    publish_many([])
    assert OutboxEvent.objects.count() == 3


@pytest.mark.django_db
def test_what_no_database_keeps_is_left_out_of_a_fact(now):
    """PostgreSQL takes no NUL in JSON."""
    with transaction.atomic():
        publish(BellRung(member_id=1, tones=("a\0b", "\0", "行李架")), now=now)
    assert OutboxEvent.objects.get().payload == {"tones": ["ab", "", "行李架"], "loud": False}


@pytest.mark.django_db
def test_what_was_blanked_while_facts_were_read_is_not_written_back(now):
    with transaction.atomic():
        for tones in (("ada", "lovelace"), ("other",)):
            publish(BellRung(member_id=1, tones=tones), now=now)
    named = OutboxEvent.objects.filter(payload__tones=["ada", "lovelace"])
    asked = []

    def change(payload):
        if not asked:  # between reading and writing, as by another erasure
            asked.append(named.update(payload={"tones": [], "loud": False}))
        return {**payload, "tones": [tone.replace("ada", "somebody") for tone in payload["tones"]]}

    rewrite([BellRung], member_ids=[1], key="loud", values=[False], change=change)
    assert [event.payload["tones"] for event in OutboxEvent.objects.order_by("pk")] == [[], ["other"]]
