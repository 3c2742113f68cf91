"""Reading members for lists, mentions and permission checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.urls import reverse

from community.kernel.liveries import NOBODY
from community.members.enums import Role
from community.members.garage import car_lines
from community.members.lookalikes import skeleton
from community.members.models import DeclaredKeyword, Member
from community.members.verification import shown_members


@dataclass(frozen=True)
class MemberCard:
    """What a by-line shows of a person."""

    id: int
    username: str
    name: str
    url: str
    car: str = ""
    title: str = ""
    is_staff: bool = False
    erased: bool = False

    @property
    def colours(self) -> int:
        """Whose colours are shown: nobody's for the erased, who would be known again by them from post to post."""
        return NOBODY if self.erased else self.id


def cards(ids: Iterable[int | None], *, cars: bool = True) -> dict[int, MemberCard]:
    """By-lines of members, in two queries whatever their number; in one without their cars."""
    wanted = {member_id for member_id in ids if member_id}
    if not wanted:
        return {}
    fields = ("id", "username", "name", "title", "title_zh", "is_staff", "erased_at")
    members = list(Member.objects.filter(pk__in=wanted).only(*fields))
    lines = car_lines(wanted) if cars else {}
    return {member.pk: card_of(member, car=lines.get(member.pk, "")) for member in members}


def card_of(member: Member, *, car: str = "") -> MemberCard:
    """The by-line of a member who was read already, in no query."""
    if member.erased_at:
        return MemberCard(member.pk, "", member.shown_name, "", erased=True)
    url = space_url(member.username)
    return MemberCard(member.pk, member.username, member.shown_name, url, car, member.shown_title, member.is_staff)


@lru_cache(20_000)  # a list names dozens of people
def space_url(username: str) -> str:
    """The address of a public space."""
    return reverse("members:space", args=[username])


def members_named(usernames: Iterable[str]) -> dict[str, int]:
    """Who is meant by these names: whoever bears it letter for letter, else who bears one that looks like it.

    Erased people are nobody, and so are those who have not verified their address.
    """
    looks = {name: skeleton(name) for name in usernames}
    rows = shown_members().filter(Q(username__in=looks) | Q(skeleton__in=looks.values()))
    found = list(rows.values_list("username", "skeleton", "pk"))
    spelt, looking = {name: pk for name, _look, pk in found}, {look: pk for _name, look, pk in found}
    who = {name: spelt.get(name) or looking.get(look) for name, look in looks.items()}
    return {name: pk for name, pk in who.items() if pk}


def namesakes(usernames: Iterable[str]) -> dict[str, dict[str, int]]:
    """Those who bear or look like these names, erased or not: their usernames and numbers by the name asked for."""
    looks = {name: skeleton(name) for name in usernames}
    rows = Member.objects.filter(Q(username__in=looks) | Q(skeleton__in=looks.values()))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for username, pk in rows.values_list("username", "pk"):
        found[skeleton(username)][username] = pk
    return {name: found[look] for name, look in looks.items() if look in found}


def staff_looks(*, but: int | None = None) -> set[str]:
    """What the brand's people are called, by user name and shown name, as it looks; one of them may be left out."""
    people = Member.objects.filter(is_staff=True, erased_at=None)
    people = people if but is None else people.exclude(pk=but)
    return {skeleton(name) for names in people.values_list("username", "name") for name in names if name}


def declared_keywords(ids: Iterable[int]) -> dict[int, list[str]]:
    """The keywords members declared, in their order."""
    found: dict[int, list[str]] = defaultdict(list)
    for keyword in DeclaredKeyword.objects.filter(member_id__in=list(ids)).order_by("member_id", "position", "pk"):
        found[keyword.member_id].append(keyword.text)
    return dict(found)


def has_role(member: Any, *roles: Role | str) -> bool:
    """Whether somebody has one of the roles. A superuser has all, a guest none; one query a request."""
    if not getattr(member, "is_authenticated", False) or not member.is_active:
        return False
    if member.is_superuser:
        return True
    if not member.is_staff:
        return False
    held: frozenset[str] | None = getattr(member, "_roles", None)
    if held is None:
        held = frozenset(member.groups.values_list("name", flat=True))
        member._roles = held  # noqa: SLF001 - a cache for the life of the request
    return any(str(role) in held for role in roles)
