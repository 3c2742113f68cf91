"""Before the vote the brand looks through the ideas: what does not come to the vote is set aside, with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from community.kernel.api import Conflict, Invalid, publish, several_lines, visible
from community.members.api import Member, Role, require_role
from community.search.api import mark_content
from ideas.enums import PhaseKind
from ideas.facts import IdeaBroughtBack, IdeaSetAside
from ideas.models import Idea
from ideas.services.locks import announce_change, lock_idea

MAX_SHORT_REASON = 500
SCREENING = {PhaseKind.SUBMISSION, PhaseKind.SCREENING}


@transaction.atomic
def set_aside(*, actor: Member, idea: Idea, reason: str, now: datetime) -> None:
    """Keep an idea from the vote, with a reason for its author; again it has the new reason, told of anew.

    Raises NotAllowed, Invalid, Gone for a withdrawn idea and Conflict once the vote has begun.
    """
    require_role(actor, Role.BRAND_MANAGER)
    reason = several_lines(reason)
    if not visible(reason) or len(reason) > MAX_SHORT_REASON:
        raise Invalid(_("The author needs a reason of at most 500 characters."), field="reason")
    idea = _screened(idea, now)
    if idea.set_aside_at and idea.set_aside_reason == reason:
        return
    idea.set_aside_at, idea.set_aside_reason = now, reason
    _keep(idea, IdeaSetAside, now)


@transaction.atomic
def bring_back(*, actor: Member, idea: Idea, now: datetime) -> None:
    """Let an idea that was set aside come to the vote; again changes nothing. Raises as ``set_aside`` does."""
    require_role(actor, Role.BRAND_MANAGER)
    idea = _screened(idea, now)
    if idea.set_aside_at is None:
        return
    idea.set_aside_at, idea.set_aside_reason = None, ""
    _keep(idea, IdeaBroughtBack, now)


def _screened(idea: Idea, now: datetime) -> Idea:
    idea = lock_idea(idea, members=[idea.author_id])
    if idea.contest.phase_at(now) not in SCREENING:
        raise Conflict(_("Ideas are set aside and brought back before the vote only."))
    return idea


def _keep(idea: Idea, fact: type[IdeaSetAside | IdeaBroughtBack], now: datetime) -> None:
    idea.save(update_fields=["set_aside_at", "set_aside_reason"])
    publish(fact(member_id=idea.author_id, idea_id=idea.pk, contest_id=idea.contest_id), now=now)
    mark_content("idea", [idea.pk])
    announce_change(idea.contest, kind="idea")
