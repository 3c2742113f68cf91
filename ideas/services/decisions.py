"""What the brand does with an idea, and why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from community.kernel.api import Conflict, Invalid, Outdated, publish, several_lines, visible
from community.members.api import Member, Role, require_role
from ideas.enums import Decision, PhaseKind
from ideas.facts import IdeaDecided
from ideas.models import Idea
from ideas.services.locks import announce_change, lock_idea, require_shown

MAX_REASON = 2_000
DECIDING = {PhaseKind.DECISION, PhaseKind.RESULTS, PhaseKind.CLOSED}


@transaction.atomic
def decide(
    *,
    actor: Member,
    idea: Idea,
    decision: str,
    reason_en: str,
    reason_zh: str,
    based_on: str | None = None,
    now: datetime,
) -> None:
    """What the brand does with an idea, and why, in both languages. Members see it when counts are shown.

    Again changes nothing: it stays whose decision it was, and since when. ``based_on`` is the version of the decision
    the actor had before them: where it has another one by now it raises Outdated. Raises NotAllowed, Invalid, Gone for
    an idea that was taken out and Conflict before the vote is over.
    """
    require_role(actor, Role.BRAND_MANAGER)
    if decision not in Decision.values or not decision:
        raise Invalid(_("Choose a decision."), field="decision")
    reason_en, reason_zh = clean_reason(reason_en, field="reason_en"), clean_reason(reason_zh, field="reason_zh")
    idea = lock_idea(idea, members=[idea.author_id])
    require_shown(idea)
    if (idea.decision, idea.reason_en, idea.reason_zh) == (decision, reason_en, reason_zh):
        return
    if idea.contest.phase_at(now) not in DECIDING:
        raise Conflict(_("Ideas are decided after the vote."))
    if based_on not in {None, idea.decision_version}:
        raise Outdated(
            _("This idea was decided after you opened it, so your decision was not saved. Save again to replace it.")
        )
    idea.decision, idea.reason_en, idea.reason_zh = decision, reason_en, reason_zh
    now = idea.contest.moment(now)  # authors are told by whether it was before the results
    idea.decided_at, idea.decided_by = now, actor
    idea.save(update_fields=["decision", "reason_en", "reason_zh", "decided_at", "decided_by"])
    publish(IdeaDecided(member_id=idea.author_id, idea_id=idea.pk, contest_id=idea.contest_id), now=now)
    if idea.contest.switches_at(now).counts_visible:  # before that nobody is told, not even that it was decided
        announce_change(idea.contest, kind="decision")


def clean_reason(text: str, *, field: str) -> str:
    """A reason in bounds. Raises Invalid."""
    text = several_lines(text)
    if not visible(text) or len(text) > MAX_REASON:
        raise Invalid(_("Every decision needs its reason, in both languages."), field=field)
    return text
