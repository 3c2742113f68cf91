"""Founding, joining and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from clubs.facts import ClubJoined, ClubLeft
from clubs.models import Club, ClubKind, MemberRole, Membership
from community.kernel.api import contributions, publish
from community.members.api import Member
from community.search.api import mark_content


@transaction.atomic
def found_club(
    *,
    slug: str,
    kind: str = ClubKind.BRAND,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    keywords: Sequence[str] = (),
    models: Sequence[str] = (),
    now: datetime,
) -> Club:
    """A club with its board; the same slug again is the same club."""
    values = {
        "kind": kind,
        "title_en": title_en[:80],
        "title_zh": title_zh[:80],
        "about_en": about_en,
        "about_zh": about_zh,
        "keywords": list(keywords),
        "models_list": list(models),
        "founded_at": now,
    }
    club, created = Club.objects.get_or_create(slug=slug, defaults=values)
    if created:
        contributions("clubs.created", slug, club.title_en, club.title_zh)
        mark_content("club", [club.pk])
    return club


@transaction.atomic
def join_club(*, member: Member, club: Club, role: str = MemberRole.MEMBER, now: datetime) -> bool:
    """Become a member; once in, again changes nothing. Returns whether it did."""
    # The constraint decides, not a look before: two clicks at once make one member.
    values = {"role": role, "joined_at": now}
    _row, created = Membership.objects.get_or_create(club=club, member=member, defaults=values)
    if not created:
        return False
    Club.objects.filter(pk=club.pk).update(member_count=F("member_count") + 1)
    words = (*club.models_list, *club.keywords)
    fact = ClubJoined(
        member_id=member.pk, club_id=club.pk, slug=club.slug, kind=club.kind, title=club.title_en, keywords=words
    )
    publish(fact, now=now)
    return True


@transaction.atomic
def leave_club(*, member: Member, club: Club, now: datetime) -> bool:
    """No longer a member. Returns whether one was."""
    if not Membership.objects.filter(club=club, member=member).delete()[0]:
        return False
    Club.objects.filter(pk=club.pk).update(member_count=F("member_count") - 1)
    publish(ClubLeft(member_id=member.pk, club_id=club.pk, slug=club.slug), now=now)
    return True


def _counted() -> Coalesce:
    members = Membership.objects.filter(club=OuterRef("pk")).order_by().values("club")
    return Coalesce(Subquery(members.annotate(n=Count("pk")).values("n")), 0)


def member_differences() -> list[str]:
    """Clubs whose kept member count differs."""
    wrong = Club.objects.annotate(n=_counted()).exclude(n=F("member_count"))
    return [f"club {club.slug}" for club in wrong]


def repair_members() -> None:
    """Set member counts to what is counted."""
    Club.objects.update(member_count=_counted())
