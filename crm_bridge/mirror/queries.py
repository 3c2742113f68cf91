"""What a member sees of their own profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from community.consent.api import Cell, Channel, PermissionRow, Purpose, history, paused_until, permission_table
from community.members.api import Member, Role
from community.search.api import SearchDown, query
from crm_bridge.audience.line import LineError, parse
from crm_bridge.audience.services import permitted, question
from crm_bridge.keywords.vocabulary import labels
from crm_bridge.models import AccessEntry, InterestControl, Profile, Segment, Signal
from crm_bridge.models.console import AccessKind
from crm_bridge.profiles.projector import INDEX
from crm_bridge.profiles.queries import Interest, Reason, interests_of, repeated
from crm_bridge.profiles.weights import TOLD, same_reason

LOOKS_PAGE = 20
HISTORY_PAGE = 50
MONTHS = 12


@dataclass(frozen=True)
class ShownReason:
    """A reason with the address of what it is about; empty where there is none. ``told``: by the member."""

    sentence: str
    at: datetime
    url: str
    told: bool


@dataclass(frozen=True)
class ShownInterest:
    """An interest with its reasons; ``count`` is how many different reasons are kept in all."""

    interest: Interest
    reasons: list[ShownReason]
    count: int
    corrected: bool

    @property
    def more(self) -> int:
        """Kept reasons that are not listed."""
        return max(0, self.count - len(self.reasons))


@dataclass(frozen=True)
class Muted:
    """An interest muted by somebody of whom no profile is kept now."""

    code: str
    name: str


@dataclass(frozen=True)
class Switch:
    """A cell of the permission table with the words around it."""

    cell: Cell
    value: str
    label: str
    said: str


@dataclass(frozen=True)
class PurposeRow:
    """A purpose with its question and its switches."""

    row: PermissionRow
    name: str
    switches: list[Switch]


@dataclass(frozen=True)
class Permits:
    """The whole table: how many of how many are given, the last change, the pause."""

    rows: list[PurposeRow]
    given: int
    offered: int
    changed_at: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True)
class Look:
    """Somebody of the brand looked: which role, how, for what, when."""

    who: str
    how: str
    purpose: str
    channel: str
    why: str
    at: datetime


@dataclass(frozen=True)
class Month:
    """How often somebody looked in a month, and how many of the brand's people it were."""

    start: datetime
    looks: int
    people: int


@dataclass(frozen=True)
class Answer:
    """One yes or no of the past."""

    purpose: str
    channel: str
    granted: bool
    text_version: str
    said: str
    at: datetime


def interests_shown(profile: Profile | None) -> list[ShownInterest]:
    """The interests of a profile with linked reasons, the heaviest first, muted ones last."""
    if profile is None:
        return []
    signals = Signal.objects.filter(member_id=profile.pk).values_list("keyword", "source", "title")
    counts = Counter(keyword for keyword, *_same in {(row[0], *same_reason(*row[1:])) for row in signals})
    weighed = InterestControl.objects.filter(member_id=profile.pk).exclude(weight=None)
    corrected = set(weighed.values_list("keyword", flat=True))
    found = [
        ShownInterest(
            interest,
            [_shown(reason) for reason in interest.reasons],
            counts[interest.code] + any(reason.source == "added" for reason in interest.reasons),
            interest.code in corrected,
        )
        for interest in interests_of(profile)
    ]
    return sorted(found, key=lambda shown: shown.interest.muted)


def _shown(reason: Reason) -> ShownReason:
    return ShownReason(_sentence(reason), reason.at, reason_url(reason), told=reason.source in TOLD)


def _sentence(reason: Reason) -> str:
    """The reason as said to the member."""
    own = {
        "declared": _("Wrote “%(title)s” among your keywords"),
        "garage": _("“%(title)s” stands in your garage"),
        "added": _("Added by you, here"),
    }
    if reason.source not in own:
        return reason.sentence
    return repeated(own[reason.source] % {"title": reason.title}, reason.times)


def reason_url(reason: Reason) -> str:
    """Where the thing behind a reason is; for acts without a page of their own, the nearest one."""
    if reason.source in {"topic", "post"}:
        return reverse("forums:post", args=[int(reason.source_id)])
    if reason.source in {"idea", "vote"}:
        return reverse("ideas:idea", args=[int(reason.source_id), "idea"])
    if reason.source == "club":
        return reverse("clubs:club", args=[reason.source_id])
    if reason.source in {"search", "referrer"}:
        return f"{reverse('search')}?{urlencode({'q': reason.title})}"
    if reason.source in {"declared", "garage"}:
        return reverse("members:edit")
    return ""


def muted_of(member_id: int) -> list[Muted]:
    """What somebody muted, whether or not a profile is kept."""
    codes = list(
        InterestControl.objects.filter(member_id=member_id, muted=True)
        .order_by("keyword")
        .values_list("keyword", flat=True)
    )
    names = labels(codes) if codes else {}
    return [Muted(code, names[code]) for code in codes]


def segments_of(member: Member, *, now: datetime) -> list[Segment] | None:
    """The saved audiences a member is in now; None while search is away. One question a segment they permit."""
    found = []
    try:
        for segment in _permitted_segments(member):
            line = parse(segment.line)
            asked = replace(permitted(question(line, now=now), line), sort="", size=1)
            mine = replace(asked, must={**asked.must, "member": (str(member.pk),)})
            if query(INDEX, mine).total:
                found.append(segment)
    except SearchDown:
        return None
    return found


def _permitted_segments(member: Member) -> list[Segment]:
    """Segments whose purpose and channel a member permits and whose line still has a meaning."""
    table = permission_table(member.pk)
    given = {(str(row.purpose), str(cell.channel)) for row in table for cell in row.cells if cell.granted}
    return [one for one in Segment.objects.order_by("name") if (one.purpose, one.channel) in given and _readable(one)]


def _readable(segment: Segment) -> bool:
    try:
        parse(segment.line)
    except LineError:  # a keyword or club it names is gone: it holds nobody
        return False
    return True


def permits_shown(member_id: int, *, now: datetime) -> Permits:
    """The permission table with words for every switch."""
    table = permission_table(member_id)
    rows = [PurposeRow(row, str(row.purpose.label), [_switch(row, cell) for cell in row.cells]) for row in table]
    cells = [cell for row in table for cell in row.cells if cell.offered]
    until = paused_until(member_id)
    last = history(member_id)
    return Permits(
        rows,
        sum(cell.granted for cell in cells),
        len(cells),
        last[-1].at if last else None,
        until if until and until > now else None,
    )


def _switch(row: PermissionRow, cell: Cell) -> Switch:
    label = _("%(purpose)s: %(channel)s") % {"purpose": row.purpose.label, "channel": cell.channel.label}
    return Switch(cell, f"{row.purpose}:{cell.channel}", label, said_where(cell.source))


def said_where(source: str) -> str:
    """Where an answer was given, in words."""
    places = {
        "welcome": _("when you joined"),
        "mirror": _("on this page"),
        "settings": _("in your settings"),
    }
    return places.get(source, source)


def answers(member_id: int) -> list[Answer]:
    """Every yes and no, the latest first."""
    return [
        Answer(
            _label(Purpose, entry.purpose),
            _label(Channel, entry.channel),
            entry.granted,
            entry.text_version,
            said_where(entry.source),
            entry.at,
        )
        for entry in reversed(history(member_id))
    ]


def looks(member_id: int, *, page: int = 1, size: int = LOOKS_PAGE) -> tuple[list[Look], int]:
    """A page of who looked, the latest first, and how many pages there are."""
    entries = AccessEntry.objects.filter(member_id=member_id)
    total = entries.count()
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    return [_look(entry) for entry in entries[(page - 1) * size : page * size]], pages


def _look(entry: AccessEntry) -> Look:
    return Look(
        _role(entry.actor_title),
        _label(AccessKind, entry.kind),
        _label(Purpose, entry.purpose),
        _label(Channel, entry.channel),
        entry.why,
        entry.at,
    )


def _role(title: str) -> str:
    """Which role looked, never who."""
    if title == "administrator":
        return _("Administrator")
    return _label(Role, title) or _("Somebody of the brand")


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


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
