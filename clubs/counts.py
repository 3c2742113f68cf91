"""The kept number of members against the counted one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from clubs.models import Club, Membership
from community.kernel.api import counted, hold_rows


def member_differences() -> list[str]:
    """Clubs whose kept member count differs."""
    wrong = Club.objects.annotate(n=counted(Membership.objects.all(), "club")).exclude(n=F("member_count"))
    return [f"club {club.slug}" for club in wrong]


@transaction.atomic
def repair_members() -> None:
    """Set member counts to what is counted."""
    hold_rows(Club.objects.all())
    Club.objects.update(member_count=counted(Membership.objects.all(), "club"))
