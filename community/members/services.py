"""What members do to themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from community.kernel.api import (
    Invalid,
    NotAllowed,
    contributions,
    lock_member,
    lock_members,
    one_line,
    publish,
    publish_many,
)
from community.members.enums import Role
from community.members.erasure import erased_among
from community.members.facts import GarageChanged, KeywordsDeclared, MemberJoined, SpaceChanged
from community.members.lookalikes import skeleton, skeleton_beside
from community.members.models import MAX_KEYWORD, Car, DeclaredKeyword, Member
from community.members.names import clean_shown_name, clean_username
from community.members.queries import has_role, staff_looks
from community.search.api import mark_content

MOST_KEYWORDS = 20
MOST_CARS = 10


@dataclass(frozen=True)
class CarEntry:
    """A car as typed."""

    brand: str
    model: str
    year: int | None = None


def require_member(request: HttpRequest) -> Member:
    """The member whose request it is. Raises NotAllowed for a guest; views send guests to sign in before."""
    if not isinstance(request.user, Member):
        raise NotAllowed(_("Sign in first."))
    return request.user


def require_role(member: Any, *roles: Role | str) -> None:
    """Raise NotAllowed for somebody without one of the roles."""
    if not has_role(member, *roles):
        raise NotAllowed(_("Your role does not allow this."))


def lock_present_member(member: Member) -> None:
    """Lock a member until the transaction ends. Raises Gone for somebody who was erased."""
    lock_member(member.pk)


def require_free_username(username: str) -> str:
    """The cleaned name. Raises Invalid where it is taken, reserved, malformed or looks like somebody else's."""
    try:
        username = clean_username(username)
    except ValidationError as error:
        raise Invalid(error.messages[0], field="username") from error
    look = skeleton(username)
    if Member.objects.filter(skeleton=look).exists() or look in staff_looks() or erased_among([username]):
        raise Invalid(_("This name is taken, or looks like one that is."), field="username")
    return username


@transaction.atomic
def register(
    *, username: str, email: str, password: str | None, name: str = "", language: str = "en", now: datetime
) -> Member:
    """A new member. Raises Invalid for a bad or taken name or address."""
    username = require_free_username(username)
    if email and Member.objects.filter(email__iexact=email).exists():
        raise Invalid(_("This address belongs to a member already."), field="email")
    try:
        with transaction.atomic():
            member = Member.objects.create_user(
                username, email, password, name=require_free_name(name), language=language, joined_at=now
            )
    except IntegrityError as error:  # somebody was faster
        if address_taken(error):
            raise Invalid(_("This address belongs to a member already."), field="email") from error
        raise Invalid(_("This name is taken, or looks like one that is."), field="username") from error
    joined(member=member, now=now)
    return member


def address_taken(error: IntegrityError) -> bool:
    """Whether it was the address that two members cannot have. The first line names the constraint; values follow."""
    return Member.ONE_ADDRESS in str(error).partition("\n")[0]


def joined(*, member: Member, now: datetime) -> None:
    """Make a new member's joining known, in the caller's transaction."""
    publish(MemberJoined(member_id=member.pk, language=member.language), now=now)
    mark_content("member", [member.pk])


def require_free_name(name: str, *, member: Member | None = None) -> str:
    """The cleaned display name. Raises Invalid for one of the brand, or one that looks like somebody's of the brand."""
    of_staff = member is not None and member.is_staff
    try:
        name = clean_shown_name(name, of_staff=of_staff)
    except ValidationError as error:
        raise Invalid(error.messages[0], field="name") from error
    if name and skeleton(name) in staff_looks(but=member.pk if member else None):
        raise Invalid(
            _("Somebody of the brand is called that. Choose a name that is told apart from it."), field="name"
        )
    return name


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A member of another system. ``beside``: an imported member looks like this one, and both keep their names."""

    username: str
    joined_at: datetime
    name: str = ""
    about: str = ""
    language: str = "en"
    beside: bool = False


@transaction.atomic
def import_members(newcomers: Sequence[Newcomer]) -> list[Member]:
    """Members of another system, without a password, in a few statements. Their names must be free.

    ``namesakes`` tells who bears them, ``erased_among`` which were an erased member's.
    """
    members = [_imported(newcomer) for newcomer in newcomers]
    Member.objects.bulk_create(members)
    publish_many([(MemberJoined(member_id=m.pk, language=m.language), m.joined_at) for m in members])
    mark_content("member", [member.pk for member in members])
    return members


def _imported(newcomer: Newcomer) -> Member:
    member = Member(
        username=newcomer.username,
        skeleton=(skeleton_beside if newcomer.beside else skeleton)(newcomer.username),
        name=newcomer.name[:60],
        about=newcomer.about[:2000],
        language=newcomer.language,
        joined_at=newcomer.joined_at,
    )
    member.set_unusable_password()
    return member


@transaction.atomic
def change_space(*, member: Member, name: str, about: str, language: str, now: datetime) -> None:
    """Name, text and language of a member's space."""
    member.name, member.about, member.language = (
        require_free_name(name, member=member),
        about.replace("\0", "")[:2000],
        language,
    )
    member.save(update_fields=["name", "about", "language", "skeleton"])
    publish(SpaceChanged(member_id=member.pk, about=member.about, language=language), now=now)
    mark_content("member", [member.pk])


def require_few_keywords(keywords: Iterable[str]) -> list[str]:
    """Keywords as they are kept. Raises Invalid for more than 20."""
    kept = list(dict.fromkeys(word for word in (one_line(keyword, MAX_KEYWORD) for keyword in keywords) if word))
    if len(kept) > MOST_KEYWORDS:
        raise Invalid(_("At most 20 keywords."), field="keywords")
    return kept


@transaction.atomic
def declare_keywords(*, member: Member, keywords: Iterable[str], now: datetime) -> list[str]:
    """Replace the keywords of a space. Raises Invalid for more than 20. Returns them as kept."""
    kept = require_few_keywords(keywords)
    lock_members([member.pk])  # two pages of theirs that are saved at once: the later one stands, whole
    DeclaredKeyword.objects.filter(member=member).delete()
    rows = [DeclaredKeyword(member=member, text=text, position=at) for at, text in enumerate(kept)]
    DeclaredKeyword.objects.bulk_create(rows)
    publish(KeywordsDeclared(member_id=member.pk, keywords=tuple(kept)), now=now)
    mark_content("member", [member.pk])
    return kept


@transaction.atomic
def set_garage(*, member: Member, cars: Sequence[CarEntry], now: datetime) -> None:
    """Replace the garage. Raises Invalid for more than 10 cars."""
    if len(cars) > MOST_CARS:
        raise Invalid(_("At most 10 cars."), field="garage")
    lock_members([member.pk])
    Car.objects.filter(member=member).delete()
    rows = [
        Car(member=member, brand=car.brand[:40], model=car.model[:60], year=car.year, position=at)
        for at, car in enumerate(cars)
    ]
    Car.objects.bulk_create(rows)
    publish(GarageChanged(member_id=member.pk, models=tuple(row.label for row in rows)), now=now)


@transaction.atomic
def choose_language(*, member: Member, language: str) -> None:
    """The language a member reads in, wherever they sign in. The slot ``members.language`` is told of it."""
    lock_present_member(member)
    Member.objects.filter(pk=member.pk).update(language=language)
    mark_content("member", [member.pk])
    contributions("members.language", member.pk)


@transaction.atomic
def give_role(*, member: Member, role: Role, title: str = "", title_zh: str = "") -> None:
    """Make a member one of the brand's people; each floor says what the role may do in the editors' area.

    The titles say what they do, at most 80 characters of each; without a Chinese one the other stands for both.
    """
    lock_present_member(member)
    group, _created = Group.objects.get_or_create(name=str(role))
    contributions("members.role", role, group)
    member.groups.add(group)
    member.is_staff = True
    member.title, member.title_zh = title[:80], title_zh[:80]
    member.save(update_fields=["is_staff", "title", "title_zh", "skeleton"])


@transaction.atomic
def take_roles(*, member: Member) -> None:
    """Somebody of the brand is a member like any other again. A superuser stays one."""
    member.groups.remove(*Group.objects.filter(name__in=Role.values))
    member.is_staff = member.is_superuser
    member.title = member.title_zh = ""
    member.save(update_fields=["is_staff", "title", "title_zh", "skeleton"])
