"""Reading clubs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, When

from clubs.models import Club, MemberRole, Membership
from community.members.api import Member, MemberCard, Role, cards, has_role, unverified

RANKS = (MemberRole.LEADER, MemberRole.HOST)
MOST_HOSTS = 6


def club_ids_of(member_id: int | None) -> set[int]:
    """The keys of one member's clubs; none for a guest."""
    if member_id is None:
        return set()
    return set(Membership.objects.filter(member_id=member_id).values_list("club_id", flat=True))


def is_in(club: Club, member_id: int | None) -> bool:
    """Whether somebody is in a club; a guest is in none."""
    return member_id is not None and Membership.objects.filter(club=club, member_id=member_id).exists()


def role_in(club: Club, member: Member) -> str:
    """What a member is in a club; empty for who has not joined it."""
    return Membership.objects.filter(club=club, member=member).values_list("role", flat=True).first() or ""


def clubs_of(member_id: int) -> list[Club]:
    """The clubs of one member."""
    return list(Club.objects.filter(memberships__member_id=member_id).order_by("kind", "title_en"))


def in_order(clubs: QuerySet[Club], joined: Collection[int]) -> QuerySet[Club]:
    """One's own clubs, then by kind and size."""
    own = Case(When(pk__in=joined, then=0), default=1, output_field=IntegerField())
    return clubs.order_by(own, "kind", "-member_count", "pk")


def clubs_named(words: str) -> QuerySet[Club]:
    """The clubs whose titles, models and keywords have all these words, in either language; all clubs without words."""
    if not words:
        return Club.objects.all()
    asked = words.casefold().split()
    named = Club.objects.only("title_en", "title_zh", "slug", "models_list", "model_facts", "keywords")
    return Club.objects.filter(pk__in=[club.pk for club in named if all(word in club.said for word in asked)])


def clubs_by_kind() -> dict[str, int]:
    """How many clubs and circles there are."""
    rows = Club.objects.order_by().values("kind").annotate(n=Count("pk"))
    return dict(rows.values_list("kind", "n"))


def run_by(member_id: int, slug: str) -> bool:
    """Whether a member leads or hosts a club."""
    return Membership.objects.filter(club__slug=slug, member_id=member_id, role__in=RANKS).exists()


def may_describe(viewer: Any, club: Club) -> bool:
    """Whether somebody may say what a club is about: a brand manager, and who leads it."""
    if has_role(viewer, Role.BRAND_MANAGER):
        return True
    led = Membership.objects.filter(club=club, member_id=viewer.pk, role=MemberRole.LEADER)
    return bool(viewer.pk) and led.exists()


def running(clubs: Iterable[Club]) -> dict[int, list[tuple[Membership, MemberCard]]]:
    """Who leads and hosts each of these clubs, leaders first, in a constant number of queries."""
    rows = list(Membership.objects.filter(club__in=[club.pk for club in clubs], role__in=RANKS))
    people = cards((row.member_id for row in rows), cars=False)
    found: dict[int, list[tuple[Membership, MemberCard]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (RANKS.index(MemberRole(row.role)), row.joined_at, row.pk)):
        if row.member_id in people:
            found[row.club_id].append((row, people[row.member_id]))
    return found


def hosts_of(club: Club) -> list[Membership]:
    """Who leads and hosts a club."""
    return list(members_of(club).filter(role__in=RANKS)[:MOST_HOSTS])


def members_of(club: Club) -> QuerySet[Membership]:
    """Everybody in a club: leaders, then hosts, then members, each by how long they have been in."""
    ranks = [When(role=role, then=rank) for rank, role in enumerate(RANKS)]
    order = Case(*ranks, default=len(RANKS), output_field=IntegerField())
    return Membership.objects.filter(club=club).exclude(member_id__in=unverified()).order_by(order, "joined_at", "pk")
