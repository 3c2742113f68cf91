"""Who handles which fact, and what a relay does between batches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from community.kernel.facts import Delivery, Fact

Handler = Callable[[Delivery[Any]], None]
BatchHandler = Callable[[Sequence[Delivery[Any]]], None]
Round = Callable[[], int]
Check = Callable[[], bool]

HandlerT = TypeVar("HandlerT", bound=Handler)
BatchHandlerT = TypeVar("BatchHandlerT", bound=BatchHandler)
RoundT = TypeVar("RoundT", bound=Round)
CheckT = TypeVar("CheckT", bound=Check)


@dataclass(frozen=True)
class Subscription:
    """A batch handler and the facts it wants."""

    handle: BatchHandler
    fact_types: frozenset[type[Fact]]


_HANDLERS: dict[type[Fact], list[Handler]] = defaultdict(list)
_SUBSCRIPTIONS: list[Subscription] = []
_ROUNDS: list[Round] = []
_CHECKS: list[Check] = []


def handles(*fact_types: type[Fact]) -> Callable[[HandlerT], HandlerT]:
    """Register a function for single deliveries of these facts. It must be idempotent: delivery is at least once."""

    def register(handler: HandlerT) -> HandlerT:
        for fact_type in fact_types:
            if handler not in _HANDLERS[fact_type]:
                _HANDLERS[fact_type].append(handler)
        return handler

    return register


def handles_batch(*fact_types: type[Fact]) -> Callable[[BatchHandlerT], BatchHandlerT]:
    """Register a function for whole batches (in publication order). If it raises, the batch is tried one by one."""

    def register(handler: BatchHandlerT) -> BatchHandlerT:
        _SUBSCRIPTIONS.append(Subscription(handler, frozenset(fact_types)))
        return handler

    return register


def each_round(function: RoundT) -> RoundT:
    """Register work a relay does after every batch of facts and when idle.

    It returns how much it did, in whatever it counts; 0 where there was nothing to do, or nothing could be done now.
    After a round in which anything was done the relay goes on at once, and a drain goes on. What raises pauses alone
    for some seconds; a drain then ends without success.
    """
    _ROUNDS.append(function)
    return function


def each_minute(function: RoundT) -> RoundT:
    """Register housekeeping a relay does once a minute; a drain does it once and does not wait for the next minute.

    What it returns, and what becomes of that, is as for ``each_round``; what raises is tried again in the next minute.
    Several relays each do it, so twice must be as good as once; what is dear asks ``take_turn`` first.
    """
    due = 0.0

    @wraps(function)
    def when_due() -> int:
        nonlocal due
        if time.monotonic() < due:
            return 0
        due = time.monotonic() + 60
        return function()

    _ROUNDS.append(when_due)
    return function


def drained_when(function: CheckT) -> CheckT:
    """Register a condition for having nothing left to do, for work that a round may have to put off."""
    _CHECKS.append(function)
    return function


def handlers_of(fact_type: type[Fact]) -> list[Handler]:
    """The single handlers of a fact type."""
    return _HANDLERS.get(fact_type, [])


def subscriptions() -> list[Subscription]:
    """All batch handlers with their facts, in the order they were registered."""
    return _SUBSCRIPTIONS


def rounds() -> list[Round]:
    """All work a relay does between batches, in the order it was registered; housekeeping among it."""
    return _ROUNDS


def checks() -> list[Check]:
    """All conditions for having nothing left to do."""
    return _CHECKS
