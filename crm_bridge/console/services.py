"""The brand's people look at members: by their role, for a permission the member gives.

Each look is written down, for the member to read, before anybody has what was looked at.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from community.kernel.api import NotAllowed
from community.members.api import Member, require_role
from crm_bridge.audience.line import Line, render
from crm_bridge.audience.questions import ask, keep_questions
from crm_bridge.audience.services import PAGE, Audience, Person, audience, everyone, people_of
from crm_bridge.console.access import record
from crm_bridge.models.console import AccessKind, QuestionKind
from crm_bridge.segments.services import AUDIENCE_ROLES

# Below this the facets, less those who are on the page, tell what the few others are like: to have counted these is to
# have looked at them. From here on at least thirty are not on a page of the Workbench.
FEW = 50


def list_people(line: Line, *, actor: Member | None, page: int = 1, size: int = PAGE, now: datetime) -> Audience:
    """A page of an audience; without an actor for the operator of the site, on the command line.

    Raises NotAllowed, TooMany, SearchDown and PageOutOfReach.
    """
    if actor:
        require_role(actor, *AUDIENCE_ROLES)
        ask(line, actor=actor, kind=QuestionKind.LIST, now=now)
    found = audience(line, page=page, size=size, now=now)
    others = _counted_among_few(found, now=now)
    with transaction.atomic():
        if actor is None:
            keep_questions([line], actor=None, kind=QuestionKind.COMMAND, now=now)
        ids = [person.member.pk for person in found.people]
        for kind, those in ((AccessKind.LISTED, ids), (AccessKind.COUNTED, others)):
            record(those, actor=actor, kind=kind, permit=line.permit, why=render(line), now=now)
    return found


def _counted_among_few(found: Audience, *, now: datetime) -> list[int]:
    """Who is in the total and in the facets without being on the page, where these are so few that it tells of them."""
    listed = {person.member.pk for person in found.people}
    if not len(listed) < found.total < FEW:
        return []
    others = set(islice(everyone(found.line, now=now), FEW)) - listed
    return list(Member.objects.filter(pk__in=others, erased_at=None).order_by("pk").values_list("pk", flat=True))


def open_person(member: Member, line: Line, *, actor: Member, now: datetime) -> Person:
    """One person, for the permission of a line. Raises NotAllowed, also where the person does not give it."""
    require_role(actor, *AUDIENCE_ROLES)
    shown = people_of([member.pk], line, now=now)
    if not shown:
        raise NotAllowed(_("This person has not permitted this, so there is nothing to see here."))
    record([member.pk], actor=actor, kind=AccessKind.VIEWED, permit=line.permit, now=now)
    return shown[0]
