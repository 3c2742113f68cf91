"""Telling members what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from community.inbox.live import announce
from community.inbox.models import MutedKind, Notification

MOST_ACTORS = 20


@dataclass(frozen=True)
class NotificationKind:
    """``sentence`` says what happened: it takes the actors' names in one string, their number and the title."""

    kind: str
    label: Any
    sentence: Callable[[str, int, str], str]


@dataclass(frozen=True)
class Bell:
    """How many lines are unread, and the latest event among them."""

    unread: int
    sequence: int


_KINDS: dict[str, NotificationKind] = {}


def register_kind(kind: str, label: Any, sentence: Callable[[str, int, str], str]) -> None:
    """Make a kind of notification known."""
    _KINDS[kind] = NotificationKind(kind, label, sentence)


def notification_kinds() -> dict[str, NotificationKind]:
    """All kinds, by name."""
    return _KINDS


@transaction.atomic
def notify(
    *,
    recipient_id: int,
    kind: str,
    subject: str,
    actor_id: int,
    url: str,
    title: str,
    at: datetime,
    event_id: int,
) -> None:
    """Tell somebody once; the same event again changes nothing, one's own act tells nothing."""
    if recipient_id == actor_id or MutedKind.objects.filter(member_id=recipient_id, kind=kind).exists():
        return
    mine = Notification.objects.select_for_update().filter(recipient_id=recipient_id, kind=kind, subject=subject)
    if mine.filter(last_event_id__gte=event_id).exists():
        return
    unread = mine.filter(read_at=None).first()
    if unread is None:
        Notification.objects.create(
            recipient_id=recipient_id,
            kind=kind,
            subject=subject,
            title=title[:200],
            url=url,
            actor_ids=[actor_id],
            last_event_id=event_id,
            at=at,
        )
    else:
        unread.actor_ids = [actor_id, *(one for one in unread.actor_ids if one != actor_id)][:MOST_ACTORS]
        unread.count += 1
        unread.url, unread.at, unread.last_event_id = url, at, event_id
        unread.save(update_fields=["actor_ids", "count", "url", "at", "last_event_id"])
    announce(f"member:{recipient_id}", kind="notification", sequence=event_id)


def bell_of(member_id: int) -> Bell:
    """What the bell shows."""
    unread = Notification.objects.filter(recipient_id=member_id, read_at=None)
    found = unread.aggregate(count=Count("pk"), latest=Max("last_event_id"))
    return Bell(found["count"], found["latest"] or 0)


def mark_read(*, member_id: int, notification_id: int | None = None, now: datetime) -> None:
    """One line, or all of them, are read."""
    unread = Notification.objects.filter(recipient_id=member_id, read_at=None)
    if notification_id is not None:
        unread = unread.filter(pk=notification_id)
    unread.update(read_at=now)


def set_muted(*, member_id: int, kind: str, muted: bool) -> None:
    """Want a kind of notification no longer, or again."""
    if kind not in _KINDS:
        return
    if muted:
        MutedKind.objects.get_or_create(member_id=member_id, kind=kind)
    else:
        MutedKind.objects.filter(member_id=member_id, kind=kind).delete()
