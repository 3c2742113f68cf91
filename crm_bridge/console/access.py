"""Every look at a person by the brand's people is written down, for the person to see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from community.members.api import Member, Role, has_role
from crm_bridge.models import AccessEntry


def record(
    member_ids: Iterable[int], *, actor: Member, kind: str, permit: tuple[str, str], why: str = "", now: datetime
) -> None:
    """One entry a person looked at, in one write. ``kind`` is an ``AccessKind``, ``why`` the question asked."""
    title = _title(actor)
    entries = [
        AccessEntry(
            member_id=member_id,
            actor_id=actor.pk,
            actor_title=title,
            kind=kind,
            purpose=permit[0],
            channel=permit[1],
            why=why[:500],
            at=now,
        )
        for member_id in member_ids
    ]
    AccessEntry.objects.bulk_create(entries)


def _title(actor: Member) -> str:
    """What the person looked at is told of who looked: the role, never a name."""
    return next((str(role.value) for role in Role if not actor.is_superuser and has_role(actor, role)), "administrator")
