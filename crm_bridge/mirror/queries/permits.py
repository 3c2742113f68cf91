"""What a member permits, and every yes and no of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from community.consent.api import (
    VERSION,
    Cell,
    Channel,
    PermissionRow,
    Purpose,
    history,
    paused_until,
    permission_table,
)
from crm_bridge.mirror.queries.words import label_of

HISTORY_PAGE = 50


@dataclass(frozen=True)
class Switch:
    """A cell of the permission table with the words around it."""

    cell: Cell
    value: str
    label: str
    said: str
    worded_anew: bool  # the question has other words today than the one that was answered


@dataclass(frozen=True)
class PurposeRow:
    """A purpose with its question and its switches."""

    row: PermissionRow
    name: str
    switches: list[Switch]


@dataclass(frozen=True)
class Permits:
    """The whole table: how many of how many are given, the last change, the pause, the wording that is shown."""

    rows: list[PurposeRow]
    given: int
    offered: int
    changed_at: datetime | None
    paused_until: datetime | None
    wording: str = VERSION


@dataclass(frozen=True)
class Answer:
    """One yes or no of the past."""

    purpose: str
    channel: str
    granted: bool
    text_version: str
    said: str
    at: datetime


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
    return Switch(cell, f"{row.purpose}:{cell.channel}", label, said_where(cell.source), cell.text_version != VERSION)


def said_where(source: str) -> str:
    """Where an answer was given, in words. A ledger keeps the places of older versions: none is ever left out here."""
    places = {
        "welcome": _("when you joined"),
        "mirror": _("on this page"),
        "settings": _("in your settings"),
        "demo import": _("with an import for a demonstration"),
    }
    return places.get(source, source)


def answers(member_id: int) -> list[Answer]:
    """Every yes and no, the latest first."""
    return [
        Answer(
            label_of(Purpose, entry.purpose),
            label_of(Channel, entry.channel),
            entry.granted,
            entry.text_version,
            said_where(entry.source),
            entry.at,
        )
        for entry in reversed(history(member_id))
    ]
