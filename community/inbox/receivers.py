"""The bell in the top bar, and what goes with an erased member."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from community.inbox.feed import prune
from community.inbox.models import MutedKind, Notification
from community.inbox.services import bell_of
from community.inbox.titles import retitle_late
from community.kernel.api import each_minute, fills, now


@each_minute
def prune_messages() -> int:
    """Messages of an installation without Redis are kept for a minute, whether a page listens or not.

    Returns how many are gone.
    """
    return prune(now())


@each_minute
def retitle_what_came_late() -> int:
    """What relays wrote with a title of before. Returns how many lines."""
    return retitle_late(now=now())


@fills("nav.bell")
def bell(request: HttpRequest) -> SafeString:
    """The bell with its dot."""
    context = {"bell": bell_of(request.user.pk or 0), "user": request.user}
    return render_to_string("inbox/bell.html", context)


@fills("members.erase")
def erase(member_id: int) -> None:
    """Notifications and choices go."""
    _forget_notifications([member_id])
    MutedKind.objects.filter(member_id=member_id).delete()


@fills("members.late")
def erase_late(member_ids: Collection[int]) -> None:
    """What a relay told them that had looked before the erasure, and whatever it told with their names in titles."""
    _forget_notifications(member_ids)
    retitle_late(now=now())


def _forget_notifications(member_ids: Collection[int]) -> None:
    Notification.objects.filter(recipient_id__in=member_ids).delete()


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What the inbox keeps of a member; not who else acted."""
    lines = Notification.objects.filter(recipient_id=member_id).order_by("pk")
    muted = MutedKind.objects.filter(member_id=member_id).order_by("pk")
    return {
        "notifications": list(lines.values("kind", "title", "url", "count", "at", "read_at")),
        "notifications_muted": list(muted.values_list("kind", flat=True)),
    }
