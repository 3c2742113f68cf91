"""The people of an audience as a file: permission is checked once more as the data leave, and each export is logged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.consent.api import Channel
from community.kernel.api import Invalid, batched, safe_cell
from community.members.api import Member, require_role
from crm_bridge.audience.line import Line, render
from crm_bridge.audience.services import Person, everyone, people_of
from crm_bridge.console.access import record
from crm_bridge.models.console import AccessKind
from crm_bridge.segments.services import AUDIENCE_ROLES

CHUNK = 500
MOST = 100_000
BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read UTF-8


def export(line: Line, *, actor: Member, now: datetime) -> str:
    """The audience as CSV text. Everybody in it permits the contact at this moment.

    Raises NotAllowed, SearchDown, and Invalid above 100,000 people.
    """
    require_role(actor, *AUDIENCE_ROLES)
    ids = list(islice(everyone(line, now=now), MOST + 1))
    if len(ids) > MOST:
        raise Invalid(_("More than 100,000 people: narrow the audience down before exporting it."), field="line")
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(_header(line))
    with transaction.atomic():
        for people in _people(ids, line, now):
            writer.writerows([safe_cell(cell) for cell in _row(person, line)] for person in people)
            record(
                [person.member.pk for person in people],
                actor=actor,
                kind=AccessKind.EXPORTED,
                permit=line.permit,
                why=render(line),
                now=now,
            )
    return text.getvalue()


def _people(ids: list[int], line: Line, now: datetime) -> Iterator[list[Person]]:
    for chunk in batched(ids, CHUNK):
        yield people_of(chunk, line, now=now)


def _header(line: Line) -> list[str]:
    contact = ["email"] if line.permit[1] == Channel.EMAIL else []
    return ["username", "name", *contact, "language", "stage", "drives", "interests", "permission", "last_active"]


def _row(person: Person, line: Line) -> list[str]:
    contact = [person.member.email or ""] if line.permit[1] == Channel.EMAIL else []
    return [
        person.member.username,
        person.member.shown_name,
        *contact,
        person.member.language,
        person.stage,
        person.car,
        "; ".join(f"{interest.name} {interest.weight:g}" for interest in person.interests),
        ":".join(line.permit),
        timezone.localdate(person.last_active_at).isoformat() if person.last_active_at else "",
    ]
