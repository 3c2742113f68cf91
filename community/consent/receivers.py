"""What consent does when others act."""

from __future__ import annotations

from typing import Any

from community.consent.models import Permission, PermissionEntry
from community.consent.services import forget_member, paused_until
from community.kernel.api import fills


@fills("members.erase")
def erase(member_id: int) -> None:
    """Permissions go; the ledger is unlinked from the person."""
    forget_member(member_id)


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
