"""Who of the brand looked at a member."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from community.consent.api import Channel, Purpose
from community.kernel.api import pages_of
from crm_bridge.audience.words import Phrase, phrases_of
from crm_bridge.console.access import role_name
from crm_bridge.console.columns import headings_for, told_of
from crm_bridge.mirror.queries.words import label_of
from crm_bridge.models import AccessEntry
from crm_bridge.models.console import AccessKind

LOOKS_PAGE = 20
MONTHS = 12


@dataclass(frozen=True)
class AccessLogEntry:
    """Somebody of the brand looked: which role, how, for what, when, and what was asked (as a line and in words)."""

    who: str
    kind: str
    how: str
    purpose: str
    channel: str
    why: str
    phrases: list[Phrase]
    at: datetime


@dataclass(frozen=True)
class Month:
    """How often somebody of the brand looked at a member in a month, and how many different people did."""

    start: datetime
    looks: int
    people: int


def looks(member_id: int, *, page: int = 1, size: int = LOOKS_PAGE) -> tuple[list[AccessLogEntry], int]:
    """A page of who looked, the latest first, and how many pages there are."""
    entries = AccessEntry.objects.filter(member_id=member_id)
    total = entries.count()
    pages = pages_of(total, size)
    page = min(max(1, page), pages)
    shown = list(entries[(page - 1) * size : page * size])
    said = phrases_of(entry.why for entry in shown)
    return [_entry(entry, said[entry.why]) for entry in shown], pages


def _entry(entry: AccessEntry, phrases: list[Phrase]) -> AccessLogEntry:
    return AccessLogEntry(
        role_name(entry.actor_title),
        entry.kind,
        _how(entry),
        label_of(Purpose, entry.purpose),
        label_of(Channel, entry.channel),
        entry.why,
        phrases,
        entry.at,
    )


def _how(entry: AccessEntry) -> str:
    """In which way; of a file of the audience, what it told, by its own columns or, of an old one, those of today.

    A file without a purpose has the name alone.
    """
    if entry.kind == AccessKind.EXPORTED and entry.purpose:
        headings = entry.columns or headings_for(entry.channel)
        return _("exported, as far as known, your %(columns)s") % {"columns": told_of(headings)}
    return label_of(AccessKind, entry.kind)


def months(member_id: int) -> list[Month]:
    """Looks a month, the latest first, a year of them."""
    rows = (
        AccessEntry.objects.filter(member_id=member_id)
        .annotate(month=TruncMonth("at"))
        .order_by()
        .values("month")
        .annotate(looks=Count("pk"), people=Count("actor_id", distinct=True))
        .order_by("-month")
    )
    return [Month(row["month"], row["looks"], row["people"]) for row in rows[:MONTHS]]


def people_this_month(found: Iterable[Month], *, now: datetime) -> int:
    """How many of the brand's people looked in the month of ``now``."""
    here = timezone.localtime(now)
    return next((m.people for m in found if (m.start.year, m.start.month) == (here.year, here.month)), 0)
