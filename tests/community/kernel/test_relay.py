import itertools
import re
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import ClassVar

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from community.kernel import registry
from community.kernel.api import Fact, forget, handles, handles_batch, publish
from community.kernel.models import OutboxEvent, OutboxLane, OutboxState
from community.kernel.queries import facts_of, outbox_status, replay_of
from community.kernel.relay import ATTEMPTS, Relay, deliver_once

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class DoorOpened(Fact):
    name: ClassVar[str] = "tests.door.opened"
    number: int


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(registry, "_HANDLERS", registry.defaultdict(list))
    monkeypatch.setattr(registry, "_SUBSCRIPTIONS", [])
    monkeypatch.setattr(registry, "_ROUNDS", [])
    monkeypatch.setattr(registry, "_CHECKS", [])
    return []


def say(now, *pairs):
    with transaction.atomic():
        for member_id, number in pairs:
            publish(DoorOpened(member_id=member_id, number=number), now=now)


def test_facts_reach_handlers_in_order_and_once(heard, now):
    handles(DoorOpened)(lambda delivery: heard.append(delivery.fact.number))
    say(now, (1, 1), (65, 2), (1, 3))
    assert deliver_once(now=now) == 3
    assert deliver_once(now=now) == 0
    assert heard == [1, 2, 3]


def test_a_batch_handler_gets_the_batch(heard, now):
    handles_batch(DoorOpened)(lambda deliveries: heard.append([d.fact.number for d in deliveries]))
    say(now, (1, 1), (2, 2))
    deliver_once(now=now)
    assert heard == [[1, 2]]


def test_a_failing_fact_holds_back_only_its_member(heard, now):
    def handler(delivery):
        if delivery.fact.number == 1 and "mended" not in heard:
            raise ValueError("broken")
        heard.append(delivery.fact.number)

    handles(DoorOpened)(handler)
    say(now, (1, 1), (2, 2), (1, 3))
    assert deliver_once(now=now) == 1
    assert heard == [2]
    assert deliver_once(now=now) == 0  # fact 3 waits for fact 1, which waits for its time
    heard.append("mended")
    assert deliver_once(now=now + timedelta(minutes=1)) == 2
    assert heard == [2, "mended", 1, 3]


def test_what_a_failing_handler_wrote_is_rolled_back(heard, now):
    def handler(delivery):
        OutboxEvent.objects.filter(pk=delivery.event_id).update(payload={"number": 99})
        raise ValueError("after writing")

    handles(DoorOpened)(handler)
    say(now, (1, 1))
    deliver_once(now=now)
    assert OutboxEvent.objects.get().payload == {"number": 1}


def test_a_poison_fact_is_set_aside_with_its_error_and_its_member_goes_on(heard, now):
    def handler(delivery):
        if delivery.fact.number == 1:
            raise ValueError("poison, and somebody's words")
        heard.append(delivery.fact.number)

    handles(DoorOpened)(handler)
    say(now, (1, 1), (1, 2))
    for _ in range(ATTEMPTS + 1):
        now += timedelta(hours=1)
        deliver_once(now=now)
    assert heard == [2]
    aside = OutboxEvent.objects.get(state=OutboxState.SET_ASIDE)
    assert aside.attempts == ATTEMPTS
    assert re.match(r"ValueError at tests\.[\w.]*test_relay:\d+ handler, community\.kernel\.relay:\d+ ", aside.error)
    assert "poison" not in aside.error
    assert outbox_status(now).set_aside == 1


def test_what_older_versions_kept_of_errors_is_cut(now):
    for error in ("ValueError: secret: words", "cannot be read: KeyError('a.b')", "KeyError at some.module:3 x", ""):
        OutboxEvent.objects.create(name="tests.gone.by", member_id=1, lane=1, error=error, occurred_at=now)
    import_module("community.kernel.migrations.0004_oldest_pending_fact").cut(apps, None)
    kept = list(OutboxEvent.objects.order_by("pk").values_list("error", flat=True))
    assert kept == ["ValueError", "cannot be read: KeyError('a.b')", "KeyError at some.module:3 x", ""]


@pytest.mark.embedded
@pytest.mark.parametrize("asks", [lambda now: deliver_once(now=now), outbox_status], ids=["relay", "status"])
def test_what_waits_is_found_without_reading_all_that_was_handled(heard, now, asks):
    with CaptureQueriesContext(connection) as captured:
        asks(now)
    outbox = OutboxEvent._meta.db_table
    reading = [one["sql"] for one in captured if one["sql"].startswith("SELECT") and outbox in one["sql"]]
    assert len(reading) >= 2
    with connection.cursor() as cursor:
        for sql in reading:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
            assert all(f"SCAN {outbox} USING" in step or f"SCAN {outbox}" not in step for step in plan), (sql, plan)


def test_a_fact_no_code_knows_is_put_off_not_lost(heard, now):
    OutboxEvent.objects.create(name="tests.gone.by", member_id=1, lane=1, payload={}, occurred_at=now)
    deliver_once(now=now)
    event = OutboxEvent.objects.get()
    assert (event.state, event.attempts, event.error) == ("pending", 1, "cannot be read: KeyError('tests.gone.by')")


def test_a_failing_round_stops_neither_facts_nor_other_rounds(heard, now):
    def broken():
        raise OSError("index away")

    done = iter([2, 0])
    registry.each_round(broken)
    registry.each_round(lambda: next(done, 0))
    handles(DoorOpened)(lambda delivery: heard.append(delivery.fact.number))
    say(now, (1, 1))
    relay = Relay()
    assert relay.step() == 3
    assert heard == [1]
    assert list(relay.rounds.failing.values()) == ["OSError: index away"]


def test_housekeeping_is_done_once_a_minute(heard, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: clock[0])
    registry.each_minute(lambda: heard.append(clock[0]) or 3)
    relay, done = Relay(), []
    for second in (0.0, 1.0, 59.0, 61.0, 62.0):
        clock[0] = 100.0 + second
        done.append(relay.step())
    assert heard == [100.0, 161.0]
    assert done == [3, 0, 0, 3, 0]


@pytest.mark.parametrize(
    ("versions", "looks"),
    [
        ([7], 2),  # nobody writes: once a second
        ([7, 7, 8], 10),  # somebody does each fifth of a second
        ([None], 20),  # a database that does not say: at each tenth of a second
    ],
)
def test_it_looks_again_as_soon_as_somebody_wrote_and_once_a_second(monkeypatch, versions, looks):
    clock, found, stepped = [0.0], itertools.cycle(versions), []
    relay = Relay()

    def sleep(seconds):
        clock[0] += seconds
        relay.stopping = clock[0] > 1.95  # two seconds, less what adding tenths comes to

    monkeypatch.setattr("community.kernel.relay.time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep))
    monkeypatch.setattr("community.kernel.relay._written", lambda: next(found))
    monkeypatch.setattr(relay, "step", lambda: stepped.append(clock[0]) or 0)
    relay.run()
    assert len(stepped) == looks


def test_a_drain_ends_only_when_work_put_off_is_done_too(heard):
    answers = iter([False, False, True])
    registry.drained_when(lambda: next(answers, True))
    assert Relay(idle_seconds=0).drain(seconds=5)
    assert list(answers) == []
    registry.drained_when(lambda: False)
    assert not Relay(idle_seconds=0.01).drain(seconds=0.05)


def test_a_drain_gives_up_only_after_a_time_without_progress(heard, monkeypatch):
    clock, work = [100.0], [1, 1, 1, 0]
    monkeypatch.setattr("community.kernel.relay.time.monotonic", lambda: clock[0])

    @registry.each_round
    def slow():
        clock[0] += 400
        return work.pop(0) if work else 0

    assert Relay(idle_seconds=0).drain(seconds=600)
    registry.drained_when(lambda: False)
    work += [1, 1]
    assert not Relay(idle_seconds=0).drain(seconds=600)
    assert (work, clock) == ([], [100.0 + 4 * 400 + 4 * 400])


def test_kept_facts_can_be_replayed_and_forgotten(heard, now):
    handles(DoorOpened)(lambda delivery: None)
    say(now, (1, 1), (2, 2), (1, 3))
    assert [d.fact.number for d in replay_of([1, 2], [DoorOpened])] == []
    deliver_once(now=now)
    assert [d.fact.number for d in replay_of([1, 2], [DoorOpened])] == [1, 2, 3]
    assert [d.fact.number for d in facts_of(1)] == [1, 3]
    assert forget(1) == 2
    assert [d.fact.number for d in replay_of([1, 2], [DoorOpened])] == [2]


@pytest.mark.parametrize(("facts", "parts"), [(1, 1), (150, 4)])
def test_a_batch_costs_the_same_queries_whatever_its_size(heard, now, facts, parts, django_assert_num_queries):
    handles(DoorOpened)(lambda delivery: None)
    OutboxLane.objects.bulk_create(OutboxLane(number=number) for number in range(OutboxEvent.LANES))
    say(now, *[(member, 1) for member in range(1, facts + 1)])
    # savepoint, waiting members, facts, savepoint pair of the batch, mark, savepoint; on PostgreSQL the lanes with
    # something to do, and for each part of them the claim and the same seven
    with django_assert_num_queries(7 if connection.vendor == "sqlite" else 1 + 8 * parts):
        assert deliver_once(now=now) == facts
