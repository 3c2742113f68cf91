"""Publishing, rewriting and forgetting facts, and locking the members they are about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from community.kernel.batches import batched
from community.kernel.errors import Gone
from community.kernel.facts import SYSTEM, Fact
from community.kernel.models import OutboxEvent
from community.kernel.slots import contributions

BATCH = 1000
UPDATED = 200  # one statement names each row several times


class NotInTransaction(RuntimeError):
    """A fact was published outside of the transaction that makes it true."""


def publish(fact: Fact, *, now: datetime) -> None:
    """Store a fact in the transaction that makes it true. Raises NotInTransaction outside of one.

    On PostgreSQL the member's facts are serialised until the transaction ends, so that the order of ids is the
    order of commits and nothing of one member is ever handled out of order. Raises Gone for an act of somebody who was
    erased meanwhile, which takes the act back.
    """
    _serialise([fact])
    _event(fact, now).save(force_insert=True)


def publish_many(facts: Sequence[tuple[Fact, datetime]]) -> None:
    """Store many facts, each with the time it happened, in their order and in the transaction that makes them true.

    Raises NotInTransaction outside of one, and Gone where one of them is an act of somebody who was erased meanwhile.
    """
    _serialise([fact for fact, _at in facts])
    OutboxEvent.objects.bulk_create([_event(fact, at) for fact, at in facts], batch_size=BATCH)


def _serialise(facts: Sequence[Fact]) -> None:
    if transaction.get_autocommit() or not connection.in_atomic_block:
        names = ", ".join(sorted({type(fact).__name__ for fact in facts}))
        raise NotInTransaction(f"publish({names}) outside of a transaction")
    lock_members({fact.member_id for fact in facts})
    _require_not_erased(
        {fact.member_id for fact in facts if not fact.of_erased and fact.done_by == fact.member_id} - {SYSTEM}
    )


def lock_member(member_id: int) -> None:
    """Lock a member until the transaction ends, for an act without a fact. Raises Gone for somebody erased."""
    lock_members([member_id])
    _require_not_erased({member_id})


def _require_not_erased(member_ids: Collection[int]) -> None:
    if member_ids and contributions("facts.erased", member_ids):
        raise Gone(_("This account was erased."))


def lock_members(member_ids: Iterable[int]) -> None:
    """Have other acts of these members, and facts of them, wait until the transaction ends. SQLite has one writer."""
    # In one order everywhere, so that two batches of the same people wait for each other, not for good.
    members = sorted({member_id % 2**31 for member_id in member_ids})
    if members and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, one) FROM unnest(%s::int[]) AS one", [0x0FAC, members])


def _event(fact: Fact, at: datetime) -> OutboxEvent:
    return OutboxEvent(
        name=fact.name,
        member_id=fact.member_id,
        lane=fact.member_id % OutboxEvent.LANES,
        payload=_storable(fact.payload()),
        occurred_at=at,
    )


def _storable(value: Any) -> Any:
    """A value of a fact as both databases keep it: PostgreSQL takes no NUL."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key: _storable(part) for key, part in value.items()}
    return [_storable(part) for part in value] if isinstance(value, tuple | list) else value


def rewrite(
    types: Iterable[type[Fact]],
    *,
    member_ids: Iterable[int],
    key: str,
    values: Iterable[int],
    change: Callable[[dict[str, Any]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Change the payloads of kept facts of some members, those whose ``key`` is one of ``values``.

    Only for taking out of what others did an erased person, or a title that was removed for good. Returns the payloads
    that are others now. ``change`` is asked twice about each, so it must do nothing else.
    """
    events = OutboxEvent.objects.filter(
        name__in=[fact_type.name for fact_type in types],
        member_id__in=list(member_ids),
        **{f"payload__{key}__in": list(values)},
    )
    touched = [event.pk for event in events.iterator(chunk_size=BATCH) if change(event.payload) != event.payload]
    changed = []
    for pks in batched(sorted(touched), UPDATED):
        # Read again, held: another erasure may have blanked meanwhile what would be written back here.
        held = list(OutboxEvent.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
        for event in held:
            event.payload = change(event.payload)
        OutboxEvent.objects.bulk_update(held, ["payload"])
        changed += [event.payload for event in held]
    return changed


def forget(member_id: int, *, types: Iterable[type[Fact]] | None = None) -> int:
    """Delete the facts of a member, or those of some types, in the caller's transaction. Returns how many."""
    events = OutboxEvent.objects.filter(member_id=member_id)
    if types is not None:
        events = events.filter(name__in=[fact_type.name for fact_type in types])
    return events.delete()[0]
