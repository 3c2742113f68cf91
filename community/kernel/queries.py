"""Reading kept facts, and how the outbox stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q

from community.kernel.facts import Delivery, Fact, fact_from
from community.kernel.models import OutboxEvent, OutboxState


def facts_of(member_id: int) -> Iterator[Delivery[Any]]:
    """The kept facts of one member, oldest publication first."""
    yield from _read(OutboxEvent.objects.filter(member_id=member_id).order_by("pk"))


def _names(types: Iterable[type[Fact]]) -> list[str]:
    return [fact_type.name for fact_type in types]


def _read(events: Any) -> Iterator[Delivery[Any]]:
    for event in events.iterator(chunk_size=2000):
        try:
            fact = fact_from(event.name, member_id=event.member_id, payload=event.payload)
        except (KeyError, TypeError):
            if event.state == OutboxState.SET_ASIDE:
                continue  # for this very reason: it keeps the error
            raise
        yield Delivery(event.pk, fact, event.occurred_at)


def replay_of(
    member_ids: Iterable[int], types: Iterable[type[Fact]], *, said: Iterable[type[Fact]] = (), upto: int = 0
) -> Iterator[Delivery[Any]]:
    """The handled facts of some members, of these types, in order of publication.

    Those of ``said`` also where they are not handled; the others also up to the fact that is being handled, as
    ``facts_before`` has them.
    """
    done = Q(state=OutboxState.HANDLED) | Q(pk__lte=upto, state=OutboxState.PENDING) | Q(name__in=_names(said))
    yield from _read(
        OutboxEvent.objects.filter(done, member_id__in=list(member_ids), name__in=_names(types)).order_by("pk")
    )


def unhandled_facts(member_ids: Iterable[int], types: Iterable[type[Fact]]) -> Iterator[Delivery[Any]]:
    """The facts of some members, of these types, that are not handled, set aside or not, in order of publication."""
    events = OutboxEvent.objects.filter(member_id__in=list(member_ids), name__in=_names(types))
    yield from _read(events.exclude(state=OutboxState.HANDLED).order_by("pk"))


def members_already_ahead(first: Mapping[int, int]) -> set[int]:
    """Members of whom a later fact than the given one is handled already, as theirs had been set aside.

    ``first`` gives each member's number of a fact.
    """
    later = OutboxEvent.objects.filter(
        member_id__in=list(first), pk__gt=min(first.values(), default=0), state=OutboxState.HANDLED
    )
    last = later.order_by().values_list("member_id").annotate(last=Max("pk"))
    return {member_id for member_id, event_id in last if event_id > first[member_id]}


def facts_before(
    delivery: Delivery[Any], types: Iterable[type[Fact]], *, said: Iterable[type[Fact]] = ()
) -> Iterator[Delivery[Any]]:
    """The facts of these types that a fact's member published before it, oldest first, less those set aside.

    When a fact is handled, these are handled as well, or are in the same batch. Those of ``said`` also if set aside.
    """
    events = OutboxEvent.objects.filter(
        member_id=delivery.fact.member_id, name__in=_names(types), pk__lt=delivery.event_id
    )
    aside = Q(state=OutboxState.SET_ASIDE) & ~Q(name__in=_names(said))
    yield from _read(events.exclude(aside).order_by("pk"))


def occurred_at_of(event_ids: Iterable[int]) -> dict[int, datetime]:
    """When facts happened, by their number."""
    return dict(OutboxEvent.objects.filter(pk__in=list(event_ids)).values_list("pk", "occurred_at"))


def first_published(member_ids: Iterable[int]) -> dict[int, datetime]:
    """When the first of their kept facts was published here, whenever what it tells happened."""
    events = OutboxEvent.objects.filter(member_id__in=list(member_ids)).order_by().values("member_id")
    return dict(events.annotate(first=Min("published_at")).values_list("member_id", "first"))


def last_fact() -> int:
    """The number of the fact that was published last; 0 before the first."""
    return OutboxEvent.objects.aggregate(last=Max("pk"))["last"] or 0


def delivered_upto(event_id: int) -> bool:
    """Whether of the facts up to one none waits to be delivered; those that were set aside do not."""
    return not OutboxEvent.objects.filter(state=OutboxState.PENDING, pk__lte=event_id).exists()


@dataclass(frozen=True)
class OutboxStatus:
    """Depth in facts, age of the oldest pending one in seconds, how many were set aside."""

    depth: int
    oldest_seconds: float
    set_aside: int


def outbox_status(now: datetime) -> OutboxStatus:
    """How the outbox stands."""
    pending = OutboxEvent.objects.filter(state=OutboxState.PENDING)
    oldest = pending.order_by("pk").values_list("published_at", flat=True).first()
    return OutboxStatus(
        depth=pending.count(),
        oldest_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        set_aside=OutboxEvent.objects.filter(state=OutboxState.SET_ASIDE).count(),
    )
