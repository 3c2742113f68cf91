"""What the bridge does when others act."""

from __future__ import annotations

from community.kernel.api import fills
from community.search.api import mark
from crm_bridge.audience import document as _document  # registers the audience index
from crm_bridge.intake.handlers import wipe
from crm_bridge.models import AccessEntry
from crm_bridge.profiles.projector import INDEX

__all__ = ["_document"]


@fills("members.erase")
def erase(member_id: int) -> None:
    """Everything learnt of a person goes at once, and so does who looked."""
    wipe([member_id])
    AccessEntry.objects.filter(member_id=member_id).delete()
    mark(INDEX, [member_id])
