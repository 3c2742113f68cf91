"""What goes when a permission is taken back."""

from __future__ import annotations

from datetime import datetime

from community.consent.api import Purpose
from community.consent.facts import PermissionWithdrawn
from community.kernel.api import fills, forget
from community.traces.facts import ReferrerSearched, SiteSearched


@fills("consent.withdrawn")
def forget_searches(fact: PermissionWithdrawn, *, now: datetime) -> None:
    """The words somebody searched for are kept only under the profiling permission."""
    if fact.purpose == Purpose.PROFILING:
        forget(fact.member_id, types=(SiteSearched, ReferrerSearched))
