"""The permission table as a member sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from community.consent.enums import Channel, Purpose
from community.consent.models import Permission, PermissionEntry
from community.consent.texts import PURPOSE_CHANNELS, TEXTS, ConsentText


@dataclass(frozen=True)
class Cell:
    """One switch: not offered, no, or yes since when, to which wording, said where."""

    channel: Channel
    offered: bool
    granted: bool
    since: datetime | None = None
    text_version: str = ""
    source: str = ""


@dataclass(frozen=True)
class PermissionRow:
    """One purpose with its switches, in the order of ``Channel``."""

    purpose: Purpose
    text: ConsentText
    cells: list[Cell]


def permission_table(member_id: int) -> list[PermissionRow]:
    """All purposes by all channels."""
    held = {(row.purpose, row.channel): row for row in Permission.objects.filter(member_id=member_id)}
    return [
        PermissionRow(
            purpose, TEXTS[purpose], [_cell(held.get((purpose, channel)), purpose, channel) for channel in Channel]
        )
        for purpose in PURPOSE_CHANNELS
    ]


def _cell(row: Permission | None, purpose: Purpose, channel: Channel) -> Cell:
    offered = channel in PURPOSE_CHANNELS[purpose]
    if row is None:
        return Cell(channel, offered, granted=False)
    return Cell(channel, offered, granted=True, since=row.since, text_version=row.text_version, source=row.source)


def history(member_id: int) -> list[PermissionEntry]:
    """Every yes and no of a member, oldest first."""
    return list(PermissionEntry.objects.filter(member_id=member_id).order_by("at", "pk"))


def decided_among(member_ids: Iterable[int], *, but: str = "") -> set[int]:
    """Those who ever said yes or no to anything, other than by the word of one source."""
    entries = PermissionEntry.objects.filter(member_id__in=list(member_ids)).exclude(source=but)
    return {member_id for member_id in entries.values_list("member_id", flat=True).distinct() if member_id}
