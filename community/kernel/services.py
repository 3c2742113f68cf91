"""Publishing facts."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from community.kernel.facts import Fact
from community.kernel.models import OutboxEvent


class NotInTransaction(RuntimeError):
    """A fact was published outside of the transaction that makes it true."""


def publish(fact: Fact, *, now: datetime) -> None:
    """Store a fact in the transaction that makes it true. Raises NotInTransaction outside of one.

    On PostgreSQL the member's facts are serialised until the transaction ends, so that the order of ids is the
    order of commits and nothing of one member is ever handled out of order.
    """
    if transaction.get_autocommit() or not connection.in_atomic_block:
        raise NotInTransaction(f"publish({type(fact).__name__}) outside of a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x0FAC, fact.member_id % 2**31])
    OutboxEvent.objects.create(
        name=fact.name,
        member_id=fact.member_id,
        lane=fact.member_id % OutboxEvent.LANES,
        payload=fact.payload(),
        occurred_at=now,
    )


def forget(member_id: int) -> int:
    """Delete the facts of a member, in the caller's transaction. Returns how many there were."""
    return OutboxEvent.objects.filter(member_id=member_id).delete()[0]
