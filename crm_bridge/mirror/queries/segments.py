"""The saved audiences a member is in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from community.consent.api import permission_table
from community.members.api import Member
from community.search.api import SearchDown, query
from crm_bridge.audience.line import Line, LineError, Names, parse
from crm_bridge.audience.services import permitted, question
from crm_bridge.audience.words import Phrase, permit_name, phrases_of
from crm_bridge.models import Segment
from crm_bridge.profiles.projector import INDEX


@dataclass(frozen=True)
class Holding:
    """A saved audience a member is in, and what it asks in words."""

    name: str
    line: str
    permit: str
    phrases: list[Phrase]


def segments_of(member: Member, *, now: datetime) -> list[Holding] | None:
    """The saved audiences a member is in now; None while search is away. One question a segment they permit."""
    found: list[Segment] = []
    try:
        for segment, line, names in _permitted_segments(member):
            asked = replace(permitted(question(line, now=now, names=names), line), sort="", size=1)
            mine = replace(asked, must={**asked.must, "member": (str(member.pk),)})
            if query(INDEX, mine).total:
                found.append(segment)
    except SearchDown:
        return None
    said = phrases_of(segment.line for segment in found)
    return [Holding(one.name, one.line, permit_name(f"{one.purpose}:{one.channel}"), said[one.line]) for one in found]


def _permitted_segments(member: Member) -> Iterator[tuple[Segment, Line, Names]]:
    """Segments whose purpose and channel a member permits and whose line still has a meaning; what all of them name."""
    table = permission_table(member.pk)
    given = {(str(row.purpose), str(cell.channel)) for row in table for cell in row.cells if cell.granted}
    segments = [one for one in Segment.objects.order_by("name") if (one.purpose, one.channel) in given]
    names = Names(segment.line for segment in segments)
    for segment in segments:
        with contextlib.suppress(LineError):  # a keyword or club it names is gone: it holds nobody
            yield segment, parse(segment.line, names=names), names
