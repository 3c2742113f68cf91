"""The brand's people look at members: by their role, for a permission the member gives.

Each look is written down, for the member to read, before anybody has what was looked at.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from community.kernel.api import NotAllowed
from community.members.api import Member, require_role
from crm_bridge.audience.line import Line, render
from crm_bridge.audience.questions import ask, keep_questions
from crm_bridge.audience.services import PAGE, Audience, Person, audience, people_of
from crm_bridge.console.access import record
from crm_bridge.models.console import AccessKind, QuestionKind
from crm_bridge.segments.services import AUDIENCE_ROLES


def list_people(line: Line, *, actor: Member | None, page: int = 1, size: int = PAGE, now: datetime) -> Audience:
    """A page of an audience; without an actor for the operator of the site, on the command line.

    Raises NotAllowed, TooMany, SearchDown and PageOutOfReach.
    """
    if actor:
        require_role(actor, *AUDIENCE_ROLES)
        ask(line, actor=actor, kind=QuestionKind.LIST, now=now)
    found = audience(line, page=page, size=size, now=now)
    with transaction.atomic():
        if actor is None:
            keep_questions([line], actor=None, kind=QuestionKind.COMMAND, now=now)
        ids = [person.member.pk for person in found.people]
        record(ids, actor=actor, kind=AccessKind.LISTED, permit=line.permit, why=render(line), now=now)
    return found


def open_person(member: Member, line: Line, *, actor: Member, now: datetime) -> Person:
    """One person, for the permission of a line. Raises NotAllowed, also where the person does not give it."""
    require_role(actor, *AUDIENCE_ROLES)
    shown = people_of([member.pk], line, now=now)
    if not shown:
        raise NotAllowed(_("This person has not permitted this, so there is nothing to see here."))
    record([member.pk], actor=actor, kind=AccessKind.VIEWED, permit=line.permit, now=now)
    return shown[0]
