"""What is learnt from what members say of themselves, and what follows from a yes, a no and an erasure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clubs.facts import ClubJoined, ClubLeft
from community.consent.api import Purpose
from community.consent.facts import ContactPaused, PermissionGranted, PermissionWithdrawn
from community.kernel.api import Delivery, facts_before
from community.members.api import declared_keywords, garage_models
from community.members.facts import GarageChanged, KeywordsDeclared, MemberErased, MemberJoined, SpaceChanged
from crm_bridge.intake.acts import learn_club
from crm_bridge.intake.batch import FACT_HANDLERS, Batch, handles_fact, wipe
from crm_bridge.intake.controls import CONTROL_FACTS
from crm_bridge.intake.signals import replace_declared_signals
from crm_bridge.models import ActiveDay, InterestControl, Signal, TermSighting
from forums.facts import RepliesRetitled

NO_ACTS = frozenset(
    {PermissionGranted, PermissionWithdrawn, MemberJoined, SpaceChanged, ContactPaused, RepliesRetitled}
)


@handles_fact(KeywordsDeclared)
def _declared(batch: Batch, delivery: Delivery[KeywordsDeclared]) -> None:
    replace_declared_signals(batch, delivery, "declared", delivery.fact.keywords)


@handles_fact(GarageChanged)
def _garage(batch: Batch, delivery: Delivery[GarageChanged]) -> None:
    replace_declared_signals(batch, delivery, "garage", delivery.fact.models)


@handles_fact(PermissionGranted)
def _granted(batch: Batch, delivery: Delivery[PermissionGranted]) -> None:
    """From the day of the yes; what members state about themselves holds as it stands."""
    member_id = delivery.fact.member_id
    if delivery.fact.purpose != Purpose.PROFILING or not batch.permitted(delivery):
        return
    earlier = list(facts_before(delivery, tuple(FACT_HANDLERS), said=CONTROL_FACTS))
    reached = {type(each.fact) for each in earlier if batch.permitted(each)}
    if reached - NO_ACTS:  # what leaves something to know
        _replay(batch, member_id, earlier)
    if KeywordsDeclared not in reached:
        replace_declared_signals(batch, delivery, "declared", declared_keywords([member_id]).get(member_id, []))
    if GarageChanged not in reached:
        replace_declared_signals(batch, delivery, "garage", garage_models([member_id]).get(member_id, []))
    for joined in _clubs_after(earlier):
        learn_club(batch, Delivery(joined.event_id, joined.fact, delivery.occurred_at))


def _replay(batch: Batch, member_id: int, earlier: Iterable[Delivery[Any]]) -> None:
    """A yes that is dated back reaches acts that were handled before it was said: learn from all of them once more."""
    batch.drop(member_id)
    batch.write()
    wipe([member_id])
    for each in earlier:
        FACT_HANDLERS[type(each.fact)](batch, each)


def _clubs_after(earlier: Iterable[Delivery[Any]]) -> list[Delivery[ClubJoined]]:
    """The clubs a member is in after these facts."""
    joined: dict[str, Delivery[ClubJoined]] = {}
    for each in earlier:
        if isinstance(each.fact, ClubJoined):
            joined[each.fact.slug] = each
        elif isinstance(each.fact, ClubLeft):
            joined.pop(each.fact.slug, None)
    return list(joined.values())


@handles_fact(PermissionWithdrawn)
def _withdrawn(batch: Batch, delivery: Delivery[PermissionWithdrawn]) -> None:
    """Nothing stays but what was muted, so that it never returns by itself."""
    if delivery.fact.purpose != Purpose.PROFILING:
        return
    member_id = delivery.fact.member_id
    batch.drop(member_id)
    for model in (Signal, ActiveDay, TermSighting):
        model._default_manager.filter(member_id=member_id).delete()
    controls = InterestControl.objects.filter(member_id=member_id)
    controls.filter(muted=False).delete()
    controls.update(weight=None, added_at=None, removed_at=None)


@handles_fact(MemberErased)
def _erased(batch: Batch, delivery: Delivery[MemberErased]) -> None:
    member_id = delivery.fact.member_id
    batch.drop(member_id)
    batch.write()
    wipe([member_id])
