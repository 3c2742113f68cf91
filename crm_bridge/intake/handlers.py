"""From facts to signals: what each act says about a member, kept only while they permit a profile.

Facts of a member come in order, a batch at a time. Of acts before the permission neither a signal nor the day is
ever written; with the permission only what members state about themselves (keywords, cars, clubs) counts from the day
of the yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from community.consent.api import profiling_since_many
from community.kernel.api import Delivery
from crm_bridge.intake import acts, controls, statements  # noqa: F401 - each registers what it takes
from crm_bridge.intake.batch import FACT_HANDLERS, Batch, wipe
from crm_bridge.intake.controls import CONTROL_FACTS
from crm_bridge.keywords.vocabulary import vocabulary

__all__ = ["CONTROL_FACTS", "LEARNT_FROM", "apply_facts", "wipe"]
LEARNT_FROM = tuple(FACT_HANDLERS)


def apply_facts(deliveries: Sequence[Delivery[Any]]) -> set[int]:
    """Learn from facts, in their order. Returns whose profiles change."""
    members = {delivery.fact.member_id for delivery in deliveries}
    batch = Batch(profiling_since_many(members), vocabulary())
    for delivery in deliveries:
        FACT_HANDLERS[type(delivery.fact)](batch, delivery)
    batch.finish()
    return members
