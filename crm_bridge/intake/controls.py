"""What members decide about their interests."""

from __future__ import annotations

from typing import Any

from community.kernel.api import Delivery
from crm_bridge.facts import InterestAdded, InterestCorrected, InterestMuted, InterestRemoved, InterestUnmuted
from crm_bridge.intake.batch import Batch, handles_fact
from crm_bridge.models import InterestControl, Signal

# What a page does itself, at once, and the delivery of its fact does again.
CONTROL_FACTS = (InterestAdded, InterestCorrected, InterestMuted, InterestRemoved, InterestUnmuted)
# Of these, what is kept only under the profiling permission.
STATING_FACTS = (InterestAdded, InterestCorrected, InterestRemoved)


def _control(delivery: Delivery[Any], **values: Any) -> None:
    InterestControl.objects.update_or_create(
        member_id=delivery.fact.member_id, keyword=delivery.fact.keyword, defaults=values
    )


@handles_fact(InterestMuted)
def _muted(batch: Batch, delivery: Delivery[InterestMuted]) -> None:
    _control(delivery, muted=True)


@handles_fact(InterestUnmuted)
def _unmuted(batch: Batch, delivery: Delivery[InterestUnmuted]) -> None:
    """Without the permission nothing is kept of a keyword but its mute, so then nothing stays."""
    if batch.permitted(delivery):
        _control(delivery, muted=False)
        return
    kept = InterestControl.objects.filter(member_id=delivery.fact.member_id, keyword=delivery.fact.keyword)
    kept.filter(weight=None, added_at=None, removed_at=None).delete()
    kept.update(muted=False)


@handles_fact(InterestCorrected)
def _corrected(batch: Batch, delivery: Delivery[InterestCorrected]) -> None:
    if batch.permitted(delivery):
        _control(delivery, weight=delivery.fact.weight)


@handles_fact(InterestAdded)
def _added(batch: Batch, delivery: Delivery[InterestAdded]) -> None:
    if batch.permitted(delivery):
        _control(delivery, added_at=delivery.occurred_at, muted=False)


@handles_fact(InterestRemoved)
def _removed(batch: Batch, delivery: Delivery[InterestRemoved]) -> None:
    """What led to it goes; what comes after may bring it back."""
    batch.write()
    fact = delivery.fact
    Signal.objects.filter(member_id=fact.member_id, keyword=fact.keyword, at__lte=delivery.occurred_at).delete()
    _control(delivery, weight=None, added_at=None, removed_at=delivery.occurred_at)
