"""People who joined by form and have not shown yet that the address is theirs: nobody sees them, and they do not stay.

They cannot sign in, so nothing here is theirs but the name. Members without an account address of their own, imported
or made by staff, are not meant: allauth gives only those who join by form a primary address that is not verified.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import PROTECT, Exists, ForeignObjectRel, OuterRef, QuerySet

from community.kernel.api import contributions, forget
from community.members.models import Member
from community.search.api import mark_content

KEPT = timedelta(days=14)
AT_ONCE = 100


def unverified() -> QuerySet[EmailAddress, int]:
    """The keys of people who never verified an address nor signed in; for use inside another query."""
    verified = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    waiting = EmailAddress.objects.filter(primary=True, verified=False, user__last_login=None, user__is_staff=False)
    keys: QuerySet[EmailAddress, int] = waiting.exclude(Exists(verified)).values_list("user_id", flat=True)
    return keys


def shown_members() -> QuerySet[Member]:
    """Everybody who is here: not erased, and not waiting to verify an address."""
    return Member.objects.filter(erased_at=None).exclude(pk__in=unverified())


def verified(member_id: int) -> None:
    """Somebody showed that an address is theirs: from now on they are found."""
    mark_content("member", [member_id])
    contributions("members.verified", member_id)


def forget_unverified(*, now: datetime) -> int:
    """Delete people who have not verified an address within 14 days; their names are free again. Returns how many."""
    return sum(_forget(pk, now) for pk in list(_late(now).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]))


def _late(now: datetime) -> QuerySet[Member]:
    """Who waits for too long; not those under whose name something stands, as by an import."""
    late = Member.objects.filter(pk__in=unverified(), joined_at__lt=now - KEPT)
    for relation in Member._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is PROTECT:
            own = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            late = late.exclude(Exists(own))
    return late


@transaction.atomic
def _forget(member_id: int, now: datetime) -> int:
    # Looked at again under the lock: they may have come back just now.
    member = _late(now).select_for_update().filter(pk=member_id).first()
    if member is None:
        return 0
    contributions("members.erase", member.pk)
    forget(member.pk)
    mark_content("member", [member.pk])
    member.delete()
    return 1
