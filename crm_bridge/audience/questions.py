"""Which questions were asked of the audience: who asked, when, what, for which purpose and channel.

A count of people nobody may be shown can be narrowed down by asking again and again. The limit makes that slow, and
what is kept here makes it visible: superusers read it in the back office.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from community.kernel.api import rate_limit
from community.members.api import Member
from crm_bridge.audience.line import Line, render
from crm_bridge.models import AudienceQuestion

KEPT = timedelta(days=365)


def ask(line: Line, *, actor: Member, kind: str, now: datetime) -> None:
    """A question is about to be answered. Raises TooMany for somebody who asks too often; then it is not kept."""
    rate_limit(actor.pk, "question", now=now)
    _row(line, actor, kind, now).save()


def keep_questions(lines: Iterable[Line], *, actor: Member | None, kind: str, now: datetime) -> None:
    """Keep questions, in one write. ``kind`` is a ``QuestionKind``; without an actor an operator asked."""
    AudienceQuestion.objects.bulk_create(_row(line, actor, kind, now) for line in lines)


def _row(line: Line, actor: Member | None, kind: str, at: datetime) -> AudienceQuestion:
    purpose, channel = line.permit
    return AudienceQuestion(actor=actor, kind=kind, line=render(line)[:500], purpose=purpose, channel=channel, at=at)


def prune_questions(*, now: datetime) -> int:
    """Delete what was asked over a year ago. Returns how many questions."""
    return AudienceQuestion.objects.filter(at__lt=now - KEPT).delete()[0]
