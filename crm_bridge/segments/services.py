"""Saved audiences: a name for a line. Who is in one is asked anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from community.kernel.api import Gone, Invalid, Outdated, PaddockError, one_line, visible
from community.members.api import Member, Role, require_role
from community.search.api import SearchDown
from crm_bridge.audience.line import Line, LineError, Names, parse, render
from crm_bridge.audience.questions import keep_questions
from crm_bridge.audience.services import FEWEST, size_of
from crm_bridge.audience.words import Phrase, permit_name, phrases_of
from crm_bridge.models import Segment
from crm_bridge.models.console import QuestionKind

AUDIENCE_ROLES = (Role.MARKETER, Role.BRAND_MANAGER)
NAME_LENGTH = 80


@dataclass(frozen=True)
class Counted:
    """A segment with its question in words and how many people it reaches now; None where that cannot be said.

    ``few``: so few that only the list itself tells, where each look is written into the person's own log.
    """

    segment: Segment
    phrases: list[Phrase]
    permit: str
    size: int | None
    broken: str = ""

    @property
    def few(self) -> bool:
        """Whether it reaches fewer than ten."""
        return self.size is not None and self.size < FEWEST

    @property
    def away(self) -> bool:
        """Whether search, which knows how many they are, did not answer."""
        return self.size is None and not self.broken


def save_segment(*, actor: Member, name: str, line: str, now: datetime) -> Segment:
    """Keep a line under a name. Raises Invalid for a name that is empty, too long or taken, and LineError."""
    require_role(actor, *AUDIENCE_ROLES)
    asked = parse(line)
    segment = Segment(
        name=_clean(name), line=render(asked), purpose=asked.permit[0], channel=asked.permit[1], owner=actor
    )
    segment.created_at = now
    return _stored(segment)


def rename_segment(*, actor: Member, segment: Segment, name: str) -> Segment:
    """Another name. Raises Invalid."""
    require_role(actor, *AUDIENCE_ROLES)
    segment.name = _clean(name)
    return _stored(segment, "name")


def update_segment(*, actor: Member, segment: Segment, line: str, based_on: str) -> Segment:
    """Another question under the same name. Raises LineError, Gone, and Outdated.

    ``based_on`` is what the segment asked when the actor opened it: by now it may ask that, or the new line already.
    """
    require_role(actor, *AUDIENCE_ROLES)
    asked = parse(line)
    values = {"line": render(asked), "purpose": asked.permit[0], "channel": asked.permit[1]}
    seen = segment.line in (based_on, values["line"])
    mine = Segment.objects.filter(pk=segment.pk, line__in=(segment.line, values["line"]))
    if not (seen and mine.update(**values)):
        raise _not_updated(segment)
    segment.line, segment.purpose, segment.channel = values["line"], *asked.permit
    return segment


def delete_segment(*, actor: Member, segment: Segment) -> None:
    """The segment goes; nobody in it is touched."""
    require_role(actor, *AUDIENCE_ROLES)
    segment.delete()


def refused_name(name: str) -> Invalid | None:
    """What would be said of a name that no new segment can have now; None where it may be given."""
    try:
        taken = Segment.objects.filter(name=_clean(name)).exists()
    except Invalid as error:
        return error
    return _taken() if taken else None


def _not_updated(segment: Segment) -> PaddockError:
    if not Segment.objects.filter(pk=segment.pk).exists():
        return Gone(_("This segment was deleted."))
    message = _(
        "This segment was changed after you opened it, so it was not updated. "
        "Update it again to replace what it asks now."
    )
    return Outdated(message)


def _clean(name: str) -> str:
    name = one_line(name)
    if not visible(name):
        raise Invalid(_("Give the segment a name."), field="name")
    if len(name) > NAME_LENGTH:
        raise Invalid(_("A name has at most 80 characters."), field="name")
    return name


def _taken() -> Invalid:
    return Invalid(_("There is a segment of this name already."), field="name")


def _stored(segment: Segment, *changed: str) -> Segment:
    """Kept anew, or with what was changed of it."""
    try:
        with transaction.atomic():
            segment.save(update_fields=changed or None)
    except IntegrityError as error:
        raise _taken() from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # Django's word for "nothing was there to update" has no name of its own
            raise
        raise Gone(_("This segment was deleted.")) from error
    return segment


def counted(*, actor: Member, most: int | None = None, now: datetime) -> list[Counted]:
    """The segments, or the first so many by name, with their present size. Each is a question that is kept.

    Raises NotAllowed.
    """
    require_role(actor, *AUDIENCE_ROLES)
    segments = list(Segment.objects.select_related("owner")[:most])
    lines = [segment.line for segment in segments]
    said, names = phrases_of(lines), Names(lines)
    found, asked = [], []
    for segment in segments:
        size, broken = None, ""
        try:
            line = parse(segment.line, names=names)
        except LineError as error:  # a keyword or club it names is gone
            broken = error.message
        else:
            asked.append(line)
            size = _size(line, names, now=now)
        permit = permit_name(f"{segment.purpose}:{segment.channel}")
        found.append(Counted(segment, said[segment.line], permit, size, broken))
    keep_questions(asked, actor=actor, kind=QuestionKind.SEGMENT, now=now)
    return found


def _size(line: Line, names: Names, *, now: datetime) -> int | None:
    try:
        return size_of(line, now=now, names=names)
    except SearchDown:
        return None
