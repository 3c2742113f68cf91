"""What consent does when others act."""

from __future__ import annotations

from typing import Any

from community.consent import ledger as _ledger  # registers what can be recounted
from community.consent.models import Permission, PermissionEntry
from community.consent.services import end_pauses, forget_member, paused_until
from community.kernel.api import each_minute, fills, now

__all__ = ["_ledger"]


@fills("members.erase")
def erase(member_id: int) -> None:
    """Permissions go; the ledger is unlinked from the person."""
    forget_member(member_id)


@each_minute
def resume_contact() -> int:
    """Who wanted no contact until now may be reached again, also where nobody looked at that moment.

    Returns how many members.
    """
    return end_pauses(now=now())


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What a member permits, every yes and no, and the pause."""
    held = Permission.objects.filter(member_id=member_id).order_by("purpose", "channel")
    entries = PermissionEntry.objects.filter(member_id=member_id).order_by("at", "pk")
    until = paused_until(member_id)
    return {
        "permissions": list(held.values("purpose", "channel", "since", "text_version", "source")),
        "permission_history": list(entries.values("purpose", "channel", "granted", "text_version", "source", "at")),
        "no_contact_until": until,
    }
