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

MOST_ACTORS, MOST_EVENTS, LINES_REMEMBERED = 20, 100, 5


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
    # Facts of different members arrive in any order, by several relays at once: the line is made empty if it is
    # missing, and then locked.
    mine = Notification.objects.select_for_update().filter(recipient_id=recipient_id, kind=kind, subject=subject)
    if any(event_id in line.event_ids for line in mine.order_by("-pk")[:LINES_REMEMBERED]):
        return
    line = Notification(recipient_id=recipient_id, kind=kind, subject=subject, count=0, last_event_id=0, at=at)
    Notification.objects.bulk_create([line], ignore_conflicts=True)
    unread = mine.get(read_at=None)
    unread.actor_ids = [actor_id, *(one for one in unread.actor_ids if one != actor_id)][:MOST_ACTORS]
    unread.event_ids = [event_id, *unread.event_ids][:MOST_EVENTS]
    unread.count += 1
    if event_id > unread.last_event_id:
        unread.title, unread.url, unread.at, unread.last_event_id = title[:200], url, at, event_id
    unread.save()
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
