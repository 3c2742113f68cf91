"""The kept number of members against the counted one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet

from clubs.models import Club, Membership
from community.kernel.api import counted, lock_rows
from community.search.api import mark_content


def member_differences() -> list[str]:
    """Clubs whose kept member count differs."""
    return [f"club {slug}" for slug in _wrong().values_list("slug", flat=True)]


@transaction.atomic
def repair_members() -> None:
    """Set member counts that differ to what is counted."""
    lock_rows(Club.objects.all())
    wrong = list(_wrong().values_list("pk", flat=True))
    Club.objects.filter(pk__in=wrong).update(member_count=counted(Membership.objects.all(), "club"))
    mark_content("club", wrong)  # whose order by liveliness says how many


def _wrong() -> QuerySet[Club]:
    return Club.objects.annotate(n=counted(Membership.objects.all(), "club")).exclude(n=F("member_count"))
