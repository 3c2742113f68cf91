"""Forgetting a person."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, transaction
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from community.kernel.api import (
    contributions,
    forget,
    forget_files,
    is_lock_conflict,
    keyed_hash,
    keyed_hashes,
    lock_members,
    publish,
)
from community.members.facts import MemberErased
from community.members.lookalikes import skeleton
from community.members.models import Car, DeclaredKeyword, ErasedName, Member
from community.members.past_sessions import end_sessions
from community.search.api import mark_content

NAMES = "paddock.members.erased"
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between tries to erase


def erase_member(*, member: Member, now: datetime) -> None:
    """Forget a person. What they wrote stays without a name; everything that leads to them goes. Idempotent.

    It touches what many others are acting on, and gives way to them: it waits for nobody long, and begins anew. Raises
    OperationalError after too many times; then nothing has changed.
    """
    for pause in () if connection.in_atomic_block else PAUSES:
        try:
            _erase(member, now)
        except OperationalError as error:
            if not is_lock_conflict(error):
                raise
            time.sleep(pause)
        else:
            return
    _erase(member, now)


@transaction.atomic
def _erase(member: Member, now: datetime) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Sooner than PostgreSQL looks for deadlocks, which would end the act of somebody else.
            cursor.execute("SET LOCAL lock_timeout = '400ms'")
    lock_members([member.pk])  # acts of theirs under way are over, and those that come find them erased
    locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if locked.erased_at:
        return
    contributions("members.erase", locked.pk)
    for related in (DeclaredKeyword, Car):
        related.objects.filter(member=locked).delete()
    forget_ways_in([locked.pk])
    ErasedName.objects.get_or_create(mark=keyed_hash(NAMES, skeleton(locked.username)))
    _scrub(locked, now)
    forget(locked.pk)
    publish(MemberErased(member_id=locked.pk), now=now)
    mark_content("member", [locked.pk])


def _scrub(member: Member, now: datetime) -> None:
    member.username = f"former-{member.pk}-{secrets.token_hex(4)}"
    member.email, member.name, member.about = None, "", ""
    member.title = member.title_zh = ""
    member.is_active = member.is_staff = member.is_superuser = False
    member.erased_at, member.last_login, member.public_id, member.language = now, None, uuid.uuid4(), "en"
    member.joined_at = datetime(member.joined_at.year, 1, 1, tzinfo=UTC)  # a year leads to nobody
    member.set_unusable_password()
    member.groups.clear()
    member.save()


def erased_among(usernames: Iterable[str]) -> set[str]:
    """Those of some names that are, or look like, an erased member's: nobody takes them again."""
    marks = {name: set(keyed_hashes(NAMES, skeleton(name))) for name in usernames}
    found = set(ErasedName.objects.filter(mark__in=set().union(*marks.values())).values_list("mark", flat=True))
    return {name for name, known in marks.items() if known & found}


def forget_ways_in(member_ids: Collection[int]) -> None:
    """End the sessions of some members, and forget their addresses, keys, and what the editors' area keeps of them."""
    forget_files(UserProfile.objects.filter(user__in=member_ids).values_list("avatar", flat=True))
    end_sessions(member_ids)
    for model in (EmailAddress, Authenticator, UserProfile):
        model._default_manager.filter(user__in=member_ids).delete()
    accounts = ContentType.objects.get_for_model(Member)  # whose changes Wagtail lists by the name they had
    ModelLogEntry.objects.filter(content_type=accounts, object_id__in=[str(pk) for pk in member_ids]).delete()


@transaction.atomic
def erase_what_came_late(member_ids: Collection[int]) -> None:
    """What requests under way wrote for members after their erasure, by the slot ``members.late(member_ids)``.

    Acts publish facts or hold their member, and are refused. What a mere look at a page leaves does neither, for that
    would cost every look.
    """
    contributions("members.late", member_ids)


def erased_since(since: datetime) -> list[int]:
    """Who was erased since then."""
    return list(Member.objects.filter(erased_at__gte=since).order_by("pk").values_list("pk", flat=True))
