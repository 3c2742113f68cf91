"""Joining and leaving; who leads and hosts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clubs.facts import ClubJoined, ClubLeft, ClubRoleGiven
from clubs.models import Club, MemberRole, Membership
from community.kernel.api import Invalid, publish
from community.members.api import Member
from community.search.api import mark_content

FEW_MODELS = 3


@transaction.atomic
def join_club(*, member: Member, club: Club, role: str = MemberRole.MEMBER, now: datetime) -> bool:
    """Become a member; once in, again changes nothing. Returns whether it did."""
    # The constraint decides, not a look before: two clicks at once make one member.
    values = {"role": role, "joined_at": now}
    _row, created = Membership.objects.get_or_create(club=club, member=member, defaults=values)
    if not created:
        return False
    Club.objects.filter(pk=club.pk).update(member_count=F("member_count") + 1)
    # Who joins the club of a brand with sixty models is not interested in each of them.
    models = club.models_list if len(club.models_list) <= FEW_MODELS else []
    words = (*models, *club.keywords)
    fact = ClubJoined(
        member_id=member.pk, club_id=club.pk, slug=club.slug, kind=club.kind, title=club.title_en, keywords=words
    )
    publish(fact, now=now)
    if role != MemberRole.MEMBER:
        _role_given(member, club, role, now=now)
    mark_content("club", [club.pk])
    return True


@transaction.atomic
def leave_club(*, member: Member, club: Club, now: datetime) -> bool:
    """No longer a member. Returns whether one was."""
    if not Membership.objects.filter(club=club, member=member).delete()[0]:
        return False
    Club.objects.filter(pk=club.pk).update(member_count=F("member_count") - 1)
    publish(ClubLeft(member_id=member.pk, club_id=club.pk, slug=club.slug), now=now)
    mark_content("club", [club.pk])
    return True


@transaction.atomic
def set_role(*, member: Member, club: Club, role: MemberRole, now: datetime) -> bool:
    """Have somebody lead or host a club, or be a member like any other; again changes nothing. Returns whether it did.

    Raises Invalid for who has not joined it.
    """
    here = Membership.objects.filter(club=club, member=member)
    # One statement: whoever leaves or is erased meanwhile has no row any longer.
    if here.exclude(role=role).update(role=role):
        _role_given(member, club, role, now=now)
        return True
    if not here.exists():
        raise Invalid(_("This member has not joined the club."))
    return False


def _role_given(member: Member, club: Club, role: str, *, now: datetime) -> None:
    publish(ClubRoleGiven(member_id=member.pk, club_id=club.pk, slug=club.slug, role=role), now=now)
