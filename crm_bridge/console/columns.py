"""What an export of the audience tells of each person, with the words in which they read of it themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from community.consent.api import Channel

if TYPE_CHECKING:
    from crm_bridge.audience.line import Line
    from crm_bridge.audience.services import Person


class Column(NamedTuple):
    """A column of the file: its heading, what the person reads that it tells, and what stands in it."""

    heading: str
    told: Promise
    cell: Callable[[Person, Line], str]
    channel: Channel | None = None  # the only one for which it is there


def _last_active(person: Person, _line: Line) -> str:
    return timezone.localdate(person.last_active_at).isoformat() if person.last_active_at else ""


def _interests(person: Person, _line: Line) -> str:
    return "; ".join(f"{interest.name} {interest.weight:g}" for interest in person.interests)


COLUMNS = (
    Column("username", pgettext_lazy("exported", "user name"), lambda person, _line: person.member.username),
    Column("name", pgettext_lazy("exported", "name"), lambda person, _line: person.member.shown_name),
    Column(
        "email",
        pgettext_lazy("exported", "email address"),
        lambda person, _line: person.member.email or "",
        Channel.EMAIL,
    ),
    Column("language", pgettext_lazy("exported", "language"), lambda person, _line: person.member.language),
    Column("stage", pgettext_lazy("exported", "stage"), lambda person, _line: person.stage),
    Column("drives", pgettext_lazy("exported", "car"), lambda person, _line: person.car),
    Column("interests", pgettext_lazy("exported", "interests with their weights"), _interests),
    Column(
        "permission",
        pgettext_lazy("exported", "permission for this contact"),
        lambda _person, line: ":".join(line.permit),
    ),
    Column("last_active", pgettext_lazy("exported", "last active day"), _last_active),
)


def columns_for(channel: str) -> list[Column]:
    """The columns of a file made to reach people by a channel."""
    return [column for column in COLUMNS if column.channel in {None, channel}]


def headings_for(channel: str) -> list[str]:
    """The headings of a file made to reach people by a channel: what is kept of it."""
    return [column.heading for column in columns_for(channel)]


def told_of(headings: Iterable[str]) -> str:
    """What a file with these columns tells of somebody, in the reader's language; one no file has by now as it is."""
    words = {column.heading: str(column.told) for column in COLUMNS}
    return pgettext("between names", ", ").join(words.get(heading, heading) for heading in headings)
