"""The people of an audience as a file: permission is checked once more as the data leave, and each export is logged.

The rows are read first. What holds a lock on SQLite, where only one may write, is short: look whether it is all still
permitted, and write down who is exported.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from community.consent.api import paused_among, permits_of_many
from community.kernel.api import Invalid, batched, safe_cell
from community.members.api import Member, require_role
from community.search.api import MAX_WINDOW
from crm_bridge.audience.line import Line, render
from crm_bridge.audience.services import Person, everyone_in_order, people_of
from crm_bridge.console.access import record
from crm_bridge.console.columns import columns_for, headings_for
from crm_bridge.models import Segment
from crm_bridge.models.console import AccessKind
from crm_bridge.segments.services import AUDIENCE_ROLES

CHUNK = 500
MOST = 100_000
NAME_SHOWN = 50  # of a segment's; with more, a Chinese one would be too long for a file
BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read UTF-8


class _Read(NamedTuple):
    """A row, and what its person permitted when it was read."""

    permits: frozenset[str]
    text: str


def export(line: Line, *, actor: Member, now: datetime) -> str:
    """The audience as CSV text, in the order of the list. Everybody in it permits the contact at this moment.

    Raises NotAllowed, SearchDown, and Invalid above 100,000 people.
    """
    require_role(actor, *AUDIENCE_ROLES)
    ids = list(islice(everyone_in_order(line, now=now), MOST + 1))
    if len(ids) > MOST:
        raise Invalid(_("More than 100,000 people: narrow the audience down before exporting it."), field="line")
    read, headings = dict(_read(ids, line, now)), headings_for(line.permit[1])
    with transaction.atomic():
        kept = dict(_permitted(read, line, now))
        write_down = partial(record, actor=actor, kind=AccessKind.EXPORTED, permit=line.permit, now=now)
        for chunk in batched(kept, CHUNK):
            write_down(chunk, why=render(line), columns=headings)
    return "".join([BYTE_ORDER_MARK, _csv(headings), *kept.values()])


def file_name(line: Line, segment: Segment | None, *, now: datetime) -> str:
    """What the file is called: as the segment is that asks this very question, without signs files cannot have."""
    called = slugify(segment.name, allow_unicode=True) if segment and segment.line == render(line) else ""
    return f"{called[:NAME_SHOWN] or 'audience'}-{timezone.localdate(now).isoformat()}.csv"


def _read(ids: list[int], line: Line, now: datetime) -> Iterator[tuple[int, _Read]]:
    for chunk in batched(ids, CHUNK):
        permits = permits_of_many(chunk)
        for member_id, text in _rows(chunk, line, now):
            yield member_id, _Read(permits.get(member_id, frozenset()), text)


def _permitted(read: dict[int, _Read], line: Line, now: datetime) -> Iterator[tuple[int, str]]:
    """The rows of those who permit it in this moment; whoever permits something else by now is read once more."""
    for chunk in batched(read, MAX_WINDOW):
        permits, paused = permits_of_many(chunk), paused_among(chunk, now=now)
        here = set(Member.objects.filter(pk__in=chunk, is_active=True, is_staff=False).values_list("pk", flat=True))
        changed = [one for one in chunk if permits.get(one, frozenset()) != read[one].permits]
        anew = dict(_rows(changed, line, now)) if changed else {}
        texts = {one: read[one].text for one in chunk} | dict.fromkeys(changed, "") | anew
        yield from ((one, texts[one]) for one in chunk if texts[one] and one in here and one not in paused)


def _rows(member_ids: list[int], line: Line, now: datetime) -> Iterator[tuple[int, str]]:
    for person in people_of(member_ids, line, now=now):
        yield person.member.pk, _csv(_row(person, line))


def _csv(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(map(safe_cell, cells))
    return text.getvalue()


def _row(person: Person, line: Line) -> list[str]:
    return [column.cell(person, line) for column in columns_for(line.permit[1])]
