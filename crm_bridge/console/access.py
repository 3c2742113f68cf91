"""Every look at a person by the brand's people is written down, for the person to see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.kernel.api import SYSTEM
from community.members.api import Member, Role, has_role
from crm_bridge.audience.words import Phrase, permit_name, phrases_of
from crm_bridge.models import AccessEntry
from crm_bridge.models.console import AccessKind

OPERATOR = "operator"
READ = 500  # entries read for the newest looks


@dataclass(frozen=True)
class AccessSummary:
    """One look of somebody of the brand at one or many people, in words."""

    said: str
    permit: str
    line: str
    phrases: list[Phrase]
    at: datetime


def record(
    member_ids: Iterable[int],
    *,
    actor: Member | None,
    kind: str,
    permit: tuple[str, str] = ("", ""),
    why: str = "",
    columns: Sequence[str] = (),
    now: datetime,
) -> None:
    """One entry a person looked at, in one write. ``kind`` is an ``AccessKind``, ``why`` the question asked.

    ``columns`` are the headings of a file that was exported.

    Without an actor an operator looked, on the command line; without a permit it was for running the site.
    """
    title = _title(actor) if actor else OPERATOR
    entries = [
        AccessEntry(
            member_id=member_id,
            actor_id=actor.pk if actor else SYSTEM,
            actor_title=title,
            kind=kind,
            purpose=permit[0],
            channel=permit[1],
            why=why[:500],
            columns=list(columns),
            at=now,
        )
        for member_id in member_ids
    ]
    AccessEntry.objects.bulk_create(entries)


def _title(actor: Member) -> str:
    """What the person looked at is told of who looked: the role, never a name."""
    return next((str(role.value) for role in Role if not actor.is_superuser and has_role(actor, role)), "administrator")


def role_name(title: str) -> str:
    """Which role looked, in the reader's language."""
    if title == "administrator":
        return _("Administrator")
    if title == OPERATOR:
        return _("Operator of the site")
    return str(Role(title).label) if title in Role.values else title or _("Somebody of the brand")


def recent_accesses(limit: int) -> list[AccessSummary]:
    """The newest looks, each at however many people, told by role; the same look repeated is one.

    One query by the key, whatever is kept.
    """
    entries = list(AccessEntry.objects.order_by("-pk")[:READ])
    groups = [list(group) for _key, group in groupby(entries, key=_same_look)]
    shown = groups[:limit]
    said = phrases_of(group[0].why for group in shown)
    cut = groups[-1] if len(entries) == READ else None  # it may go on beyond what was read
    return [_looking(group, said[group[0].why], more=group is cut) for group in shown]


def _same_look(entry: AccessEntry) -> tuple[object, ...]:
    return entry.actor_id, entry.kind, entry.purpose, entry.channel, entry.why


def _looking(group: list[AccessEntry], phrases: list[Phrase], *, more: bool) -> AccessSummary:
    first, people = group[0], len({entry.member_id for entry in group})
    said = {
        AccessKind.LISTED: ngettext("%(who)s listed %(count)s person", "%(who)s listed %(count)s people", people),
        AccessKind.COUNTED: ngettext("%(who)s counted %(count)s person", "%(who)s counted %(count)s people", people),
        AccessKind.VIEWED: ngettext(
            "%(who)s opened the page of %(count)s person", "%(who)s opened the pages of %(count)s people", people
        ),
        AccessKind.EXPORTED: ngettext("%(who)s exported %(count)s person", "%(who)s exported %(count)s people", people),
        AccessKind.FILE: ngettext(
            "%(who)s read the file of %(count)s person", "%(who)s read the files of %(count)s people", people
        ),
    }
    return AccessSummary(
        said[AccessKind(first.kind)] % {"who": role_name(first.actor_title), "count": f"{people}{'+' if more else ''}"},
        permit_name(f"{first.purpose}:{first.channel}") if first.purpose else "",
        first.why,
        phrases,
        first.at,
    )
