"""What consent does when others act."""

from community.consent.services import forget_member
from community.kernel.api import fills


@fills("members.erase")
def erase(member_id: int) -> None:
    """Permissions go; the ledger is unlinked from the person."""
    forget_member(member_id)
