"""Founding, joining and leaving; who leads and hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clubs.facts import ClubJoined, ClubLeft, ClubRoleGiven
from clubs.models import Club, ClubKind, MemberRole, Membership
from community.kernel.api import Invalid, contributions, publish
from community.kernel.drawings import DRAWINGS
from community.members.api import KnownModel, Member, forget_known_models
from community.search.api import mark_content

FEW_MODELS = 3


@transaction.atomic
def ensure_club(
    *,
    slug: str,
    kind: str = ClubKind.BRAND,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    keywords: Sequence[str] = (),
    models: Sequence[str] = (),
    known: Mapping[str, KnownModel] | None = None,
    now: datetime,
) -> Club:
    """A club with its board; the same slug again is the same club, which learns of models it did not know.

    ``known`` says of some models what they are called in Chinese, how they are drawn and how long they are. Raises
    Invalid for a drawing there is not.
    """
    values = {
        "kind": kind,
        "title_en": title_en[:80],
        "title_zh": title_zh[:80],
        "about_en": about_en,
        "about_zh": about_zh,
        "keywords": list(keywords),
        "founded_at": now,
    }
    club, created = Club.objects.select_for_update().get_or_create(slug=slug, defaults=values)
    if created:
        contributions("clubs.created", slug, club.title_en, club.title_zh)
    _learn(club, known or {})
    if add_models(club, models) or created:
        mark_content("club", [club.pk])
    return club


def _learn(club: Club, known: Mapping[str, KnownModel]) -> None:
    if unknown := {model.drawing for model in known.values()} - {"", *DRAWINGS}:
        raise Invalid(_("There is no drawing “%(name)s”.") % {"name": min(unknown)})
    facts = {**club.model_facts, **{name: asdict(model) for name, model in known.items()}}
    if facts != club.model_facts:
        club.model_facts = facts
        club.save(update_fields=["model_facts"])
        forget_known_models()


def add_models(club: Club, models: Sequence[str]) -> bool:
    """Let a club know of models it did not know; they become keywords. Returns whether there were such."""
    new = [model for model in dict.fromkeys(models) if model not in club.models_list]
    if new:
        club.models_list = [*club.models_list, *new]
        club.save(update_fields=["models_list"])
        contributions("clubs.models", club.brand, new)
    return bool(new)


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
