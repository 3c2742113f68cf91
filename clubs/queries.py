"""Reading clubs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from clubs.models import Club, Membership


def club_slugs_of(member_ids: Iterable[int]) -> dict[int, list[str]]:
    """The clubs of members, by slug."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Membership.objects.filter(member_id__in=list(member_ids)).order_by("club__slug")
    for member_id, slug in rows.values_list("member_id", "club__slug"):
        found[member_id].append(slug)
    return dict(found)


def clubs_of(member_id: int) -> list[Club]:
    """The clubs of one member."""
    return list(Club.objects.filter(memberships__member_id=member_id).order_by("kind", "title_en"))
