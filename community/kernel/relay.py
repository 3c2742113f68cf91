"""Delivers facts from the outbox: at least once, in order per member, several relays side by side.

A relay claims lanes (slices of the members), takes their oldest pending facts, hands them to the handlers
and marks them handled, all in one transaction: what handlers write to the database happens exactly once.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, close_old_connections, connection, transaction
from django.db.models import Q

from community.kernel.batches import batched
from community.kernel.clock import now as clock_now
from community.kernel.errors import is_connection_lost, is_lock_conflict
from community.kernel.facts import Delivery, fact_from
from community.kernel.models import OutboxEvent, OutboxLane, OutboxState
from community.kernel.registry import checks, handlers_of, rounds, subscriptions

logger = logging.getLogger("paddock.relay")

BATCH = 500
LANES_AT_ONCE = 16  # of 64: a backlog goes in large batches, and four relays still share it
ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)
ROUND_PAUSE_SECONDS = 5.0
LONGEST_REST_SECONDS = 1.0
PLACES_KEPT = 5


@dataclass
class Outcome:
    """What one batch came to: rows handled, and per failed event its error."""

    handled: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def deliver_once(*, now: datetime, batch: int = BATCH) -> int:
    """Deliver the pending facts of every lane once. Returns how many were handled."""
    if connection.vendor != "postgresql":
        return deliver_lanes(None, now=now, batch=batch)
    lanes = list(due_events(now).order_by("lane").values_list("lane", flat=True).distinct())
    return sum(deliver_lanes(part, now=now, batch=batch) for part in batched(lanes, LANES_AT_ONCE))


def due_events(now: datetime) -> Any:
    """Pending facts whose time has come."""
    return OutboxEvent.objects.filter(Q(retry_at=None) | Q(retry_at__lte=now), state=OutboxState.PENDING)


@transaction.atomic(durable=True)
def deliver_lanes(lanes: Sequence[int] | None, *, now: datetime, batch: int) -> int:
    """Deliver one batch of these lanes, less those another relay holds (None: of all, where one relay writes)."""
    if lanes is not None:
        lanes = _claim(lanes)
        if not lanes:
            return 0
    events = list(_oldest(lanes, now=now, batch=batch))
    if not events:
        return 0
    outcome = Outcome()
    _handle(events, outcome)
    OutboxEvent.objects.filter(pk__in=outcome.handled).update(state=OutboxState.HANDLED, retry_at=None, error="")
    _put_off([event for event in events if event.pk in outcome.failed], outcome.failed, now=now)
    return len(outcome.handled)


def _claim(lanes: Sequence[int]) -> list[int]:
    """Those of the lanes that are ours until the transaction ends."""
    lanes_of_ours = OutboxLane.objects.select_for_update(skip_locked=True).filter(number__in=lanes)
    free = list(lanes_of_ours.values_list("number", flat=True))
    if len(free) < len(lanes):
        known = OutboxLane.objects.filter(number__in=lanes).values_list("number", flat=True)
        if missing := set(lanes).difference(known):
            # In one order everywhere, so that two relays wait for each other, not for good.
            new = [OutboxLane(number=number) for number in sorted(missing)]
            OutboxLane.objects.bulk_create(new, ignore_conflicts=True)
            free = list(lanes_of_ours.values_list("number", flat=True))
    return free


def lock_lanes(member_ids: Iterable[int]) -> None:
    """Wait for and hold these members' lanes until the transaction ends: no relay delivers their facts meanwhile."""
    if connection.vendor != "postgresql":
        return  # one writer at a time
    numbers = sorted({member_id % OutboxEvent.LANES for member_id in member_ids})
    OutboxLane.objects.bulk_create([OutboxLane(number=number) for number in numbers], ignore_conflicts=True)
    list(OutboxLane.objects.select_for_update().filter(number__in=numbers).order_by("number"))


def _oldest(lanes: Sequence[int] | None, *, now: datetime, batch: int) -> Iterable[OutboxEvent]:
    """The oldest pending facts, without members who wait for an earlier fact of theirs."""
    pending = OutboxEvent.objects.filter(state=OutboxState.PENDING)
    if lanes is not None:
        pending = pending.filter(lane__in=lanes)
    waiting = pending.filter(retry_at__gt=now).values_list("member_id", flat=True)
    return pending.exclude(member_id__in=list(waiting)).order_by("pk")[:batch]


def _handle(events: Sequence[OutboxEvent], outcome: Outcome) -> None:
    """The whole batch at once; where that fails, one by one so that only the culprit waits."""
    deliveries, unreadable = _read(events)
    outcome.failed.update(unreadable)
    blocked = {event.member_id for event in events if event.pk in unreadable}
    readable = [delivery for delivery in deliveries if delivery.fact.member_id not in blocked]
    if not _try(readable, outcome):
        for delivery in readable:
            if delivery.fact.member_id not in blocked and not _try([delivery], outcome, last=True):
                blocked.add(delivery.fact.member_id)


def _read(events: Sequence[OutboxEvent]) -> tuple[list[Delivery[Any]], dict[int, str]]:
    deliveries: list[Delivery[Any]] = []
    unreadable: dict[int, str] = {}
    for event in events:
        try:
            fact = fact_from(event.name, member_id=event.member_id, payload=event.payload)
        except (KeyError, TypeError) as error:
            logger.exception("fact cannot be read", extra={"event_id": event.pk})
            unreadable[event.pk] = f"cannot be read: {error!r}"
        else:
            deliveries.append(Delivery(event.pk, fact, event.occurred_at))
    return deliveries, unreadable


def _try(deliveries: Sequence[Delivery[Any]], outcome: Outcome, *, last: bool = False) -> bool:
    try:
        with transaction.atomic():
            _call_handlers(deliveries)
    except Exception as error:
        if is_connection_lost(error):
            raise  # nobody's fault: the batch comes again
        # Whatever a handler raises must not stop the other members' facts; the fact keeps the error.
        if last:
            logger.exception("fact failed", extra={"event_id": deliveries[0].event_id})
            outcome.failed[deliveries[0].event_id] = _kind_and_places(error)
        return False
    outcome.handled.extend(delivery.event_id for delivery in deliveries)
    return True


def _kind_and_places(error: Exception) -> str:
    """The type of an error and where it arose, innermost first: its text may quote what somebody wrote."""
    passed = list(traceback.walk_tb(error.__traceback__))[-PLACES_KEPT:]
    places = [f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in reversed(passed)]
    return f"{type(error).__name__} at {', '.join(places)}"


def _call_handlers(deliveries: Sequence[Delivery[Any]]) -> None:
    for subscription in subscriptions():
        wanted = [delivery for delivery in deliveries if type(delivery.fact) in subscription.fact_types]
        if wanted:
            subscription.handle(wanted)
    for delivery in deliveries:
        for handler in handlers_of(type(delivery.fact)):
            handler(delivery)


def _put_off(events: Sequence[OutboxEvent], errors: dict[int, str], *, now: datetime) -> None:
    for event in events:
        event.attempts += 1
        event.error = errors[event.pk]
        if event.attempts >= ATTEMPTS:
            event.state = OutboxState.SET_ASIDE
            event.retry_at = None
        else:
            event.retry_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (event.attempts - 1))
        event.save(update_fields=["attempts", "error", "state", "retry_at"])


class Rounds:
    """Runs the registered work between batches; one that fails pauses alone."""

    def __init__(self) -> None:
        self._not_before: dict[int, float] = {}
        self.failing: dict[str, str] = {}

    def run(self) -> int:
        """How much was done, over all of them."""
        done = 0
        for index, function in enumerate(rounds()):
            if self._not_before.get(index, 0) > time.monotonic():
                continue
            name = f"{function.__module__}.{function.__name__}"
            try:
                done += function()
            except Exception as error:
                # One failing job must not stop the delivery of facts.
                logger.exception("round failed: %s", name)
                self._not_before[index] = time.monotonic() + ROUND_PAUSE_SECONDS
                self.failing[name] = f"{type(error).__name__}: {error}"
            else:
                self.failing.pop(name, None)
        return done


@dataclass
class Relay:
    """The endless loop of ``manage.py relay``."""

    idle_seconds: float = 0.1
    stopping: bool = False
    rounds: Rounds = field(default_factory=Rounds)

    def stop(self) -> None:
        """Ask it to end after the current round."""
        self.stopping = True

    def run(self) -> None:
        """Deliver until asked to stop; a database that is away is waited for."""
        while not self.stopping:
            try:
                seen = _written()
                if not self.step():
                    self._rest(seen)
            except Error as error:
                if is_lock_conflict(error):
                    logger.warning("nothing could be delivered: the database is busy; trying again")
                elif not is_connection_lost(error):  # that it went, and that it is back, is said once
                    logger.exception("nothing could be delivered; trying again")
                connection.close()
                time.sleep(1)

    def _rest(self, seen: int | None) -> None:
        """Sleep until there may be something to do: where the database says that nobody wrote, for a second."""
        close_old_connections()
        until = time.monotonic() + LONGEST_REST_SECONDS
        time.sleep(self.idle_seconds)
        while seen is not None and seen == _written() and time.monotonic() < until and not self.stopping:
            time.sleep(self.idle_seconds)

    def step(self) -> int:
        """One round: deliver what is due, then the work between batches."""
        return deliver_once(now=clock_now()) + self.rounds.run()

    def drain(self, *, seconds: float = 600, progress: Callable[[int], object] | None = None) -> bool:
        """Work until nothing is left to do; False when nothing could be done for so long, or something keeps failing.

        ``progress`` is told after each round how much it did.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopping:
            done = self.step()
            if progress:
                progress(done)
            if done:
                until = time.monotonic() + seconds
                continue
            waiting = OutboxEvent.objects.filter(state=OutboxState.PENDING).exists()
            if not waiting and all(empty() for empty in checks()):
                return not self.rounds.failing
            time.sleep(self.idle_seconds)
        return False


def _written() -> int | None:
    """What SQLite counts up when another connection commits; None for others, which are asked what there is to do."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
