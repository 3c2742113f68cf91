"""Telling members what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from community.inbox.live import Push, announce_all
from community.inbox.models import MutedKind, Notification
from community.kernel.api import lock_member
from community.members.api import Member

MOST_ACTORS, MOST_EVENTS = 20, 100


@dataclass(frozen=True)
class Told:
    """What a line tells: the actors' names in one string, how many they are, how often it happened, and the title.

    Verbs in the present agree with ``actors``, not with ``count``: one person may do a thing twice.
    """

    who: str
    actors: int
    count: int
    title: str


Sentence = Callable[[Told], str]


@dataclass(frozen=True)
class NotificationKind:
    """``reason`` is why somebody is told, ``sentence`` what happened."""

    kind: str
    label: Any
    reason: Any
    sentence: Sentence


@dataclass(frozen=True)
class Bell:
    """How many lines are unread, and the latest event among them."""

    unread: int
    sequence: int


_KINDS: dict[str, NotificationKind] = {}


def register_kind(kind: str, label: Any, reason: Any, sentence: Sentence) -> None:
    """Make a kind of notification known."""
    _KINDS[kind] = NotificationKind(kind, label, reason, sentence)


def notification_kinds() -> dict[str, NotificationKind]:
    """All kinds, by name."""
    return _KINDS


@dataclass(frozen=True)
class Notice:
    """Something one person is to be told. ``subject`` is what repeats of a kind fold on."""

    recipient_id: int
    kind: str
    subject: str
    actor_id: int
    url: str
    title: str
    at: datetime
    event_id: int

    @property
    def line(self) -> tuple[int, str, str]:
        """What makes two notices one line."""
        return self.recipient_id, self.kind, self.subject


@transaction.atomic
def notify(notices: Iterable[Notice]) -> None:
    """Tell people, each once; the same event again changes nothing, one's own act tells nothing.

    As many queries for a thousand notices as for one.
    """
    wanted = _wanted([notice for notice in notices if notice.recipient_id != notice.actor_id])
    if not wanted:
        return
    # Facts of different members arrive in any order, by several relays at once: lines are made empty where they are
    # missing, and then locked; both in one order for everybody, so that no two relays wait for each other.
    empty = {
        notice.line: Notification(
            recipient_id=notice.recipient_id,
            kind=notice.kind,
            subject=notice.subject,
            count=0,
            last_event_id=0,
            at=notice.at,
        )
        for notice in wanted
    }
    Notification.objects.bulk_create([empty[line] for line in sorted(empty)], ignore_conflicts=True)
    unread = _lines(empty, Notification.objects.select_for_update().filter(read_at=None).order_by("pk"))
    for notice in wanted:
        _add(unread[notice.line][0], notice)
    Notification.objects.bulk_create(
        [lines[0] for lines in unread.values()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title", "url", "actor_ids", "count", "last_event_id", "event_ids", "at"],
    )
    latest = {notice.recipient_id: notice.event_id for notice in wanted}
    announce_all([Push(f"member:{pk}", "notification", event_id) for pk, event_id in latest.items()])


def _wanted(notices: list[Notice]) -> list[Notice]:
    """Those to people who are here, of a kind they want, and not told before."""
    if not notices:
        return []
    recipients = {notice.recipient_id for notice in notices}
    here = set(Member.objects.filter(pk__in=recipients, erased_at=None).values_list("pk", flat=True))
    muted = set(MutedKind.objects.filter(member_id__in=here).values_list("member_id", "kind"))
    # A line that holds an event is as young as the event, so older ones need not be read.
    young = Notification.objects.filter(last_event_id__gte=min(notice.event_id for notice in notices))
    rows = young.filter(recipient__in=recipients).values_list("recipient_id", "kind", "subject", "event_ids")
    told = {(tuple(line), event_id) for *line, event_ids in rows for event_id in event_ids}
    fresh = {(notice.line, notice.event_id): notice for notice in reversed(notices)}
    return [
        notice
        for key, notice in sorted(fresh.items(), key=lambda one: one[1].event_id)
        if key not in told and notice.recipient_id in here and (notice.recipient_id, notice.kind) not in muted
    ]


def _lines(
    keys: Collection[tuple[int, str, str]], rows: QuerySet[Notification]
) -> dict[tuple[int, str, str], list[Notification]]:
    """The rows of these lines."""
    recipients, kinds, subjects = zip(*keys, strict=True)
    found: dict[tuple[int, str, str], list[Notification]] = defaultdict(list)
    for row in rows.filter(recipient__in=set(recipients), kind__in=set(kinds), subject__in=set(subjects)):
        if (row.recipient_id, row.kind, row.subject) in keys:
            found[row.recipient_id, row.kind, row.subject].append(row)
    return found


def _add(line: Notification, notice: Notice) -> None:
    line.actor_ids = [notice.actor_id, *(one for one in line.actor_ids if one != notice.actor_id)][:MOST_ACTORS]
    line.event_ids = [notice.event_id, *line.event_ids][:MOST_EVENTS]
    line.count += 1
    if notice.event_id > line.last_event_id:
        line.title, line.url, line.at, line.last_event_id = notice.title[:200], notice.url, notice.at, notice.event_id


def bell_of(member_id: int) -> Bell:
    """What the bell shows."""
    unread = Notification.objects.filter(recipient_id=member_id, read_at=None)
    found = unread.aggregate(count=Count("pk"), latest=Max("last_event_id"))
    return Bell(found["count"], found["latest"] or 0)


def mark_read(
    *, member_id: int, notification_id: int | None = None, until: datetime | None = None, now: datetime
) -> None:
    """One line, those up to a time, or all of them are read."""
    unread = Notification.objects.filter(recipient_id=member_id, read_at=None)
    if notification_id is not None:
        unread = unread.filter(pk=notification_id)
    if until is not None:
        unread = unread.filter(at__lte=until)
    unread.update(read_at=now)


@transaction.atomic
def set_muted(*, member_id: int, kind: str, muted: bool) -> None:
    """Want a kind of notification no longer, or again."""
    if kind not in _KINDS:
        return
    lock_member(member_id)
    if muted:
        MutedKind.objects.get_or_create(member_id=member_id, kind=kind)
    else:
        MutedKind.objects.filter(member_id=member_id, kind=kind).delete()


@transaction.atomic
def set_wanted(*, member_id: int, kinds: Collection[str]) -> None:
    """Want these kinds of notification and no others; unknown ones are nobody's."""
    lock_member(member_id)
    MutedKind.objects.filter(member_id=member_id, kind__in=_KINDS.keys() & set(kinds)).delete()
    muted = [MutedKind(member_id=member_id, kind=kind) for kind in sorted(_KINDS) if kind not in kinds]
    MutedKind.objects.bulk_create(muted, ignore_conflicts=True)
