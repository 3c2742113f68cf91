"""Contests for tests: ideas from 1 September, votes from the 11th, decision from the 21st, results from 1 October."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from community.members.api import Member, Role
from ideas.models import Contest, Idea, Phase
from ideas.services import advance_contests, cast_vote, open_contest, submit_idea
from tests.people import member, staff

DRAFT = datetime(2026, 8, 31, 12, tzinfo=UTC)
SUBMISSION = datetime(2026, 9, 1, tzinfo=UTC)
VOTING = SUBMISSION + timedelta(days=10)
DECISION = SUBMISSION + timedelta(days=20)
RESULTS = SUBMISSION + timedelta(days=30)
PHASES = [("submission", SUBMISSION), ("voting", VOTING), ("decision", DECISION), ("results", RESULTS)]


def contest(slug: str = "better-boot", *, actor: Member | None = None) -> Contest:
    """A contest opened by a brand manager."""
    made = open_contest(
        actor=actor or staff(Role.BRAND_MANAGER),
        slug=slug,
        title_en="A better boot",
        title_zh="更好用的后备厢",
        phases=PHASES,
        now=DRAFT,
    )
    return Contest.objects.prefetch_related("phases").get(pk=made.pk)


def idea(where: Contest, author: Member | None = None, title: str = "A wet box") -> Idea:
    """An idea handed in while the contest asked for them."""
    return submit_idea(author=author or member(), contest=where, title=title, source=f"{title}, *here*", now=SUBMISSION)


def votes(target: Idea, count: int) -> list[Member]:
    """So many people vote for an idea; returns them."""
    people = [member() for _number in range(count)]
    for person in people:
        cast_vote(voter=person, idea=target, now=VOTING)
    return people


def begin(where: Contest, kind: str, *, ago: timedelta = timedelta(hours=1)) -> Contest:
    """Shift the phases so that this one began an hour ago by the real clock, which views read."""
    rows = list(Phase.objects.filter(contest=where))
    shift = timezone.now() - ago - next(row.starts_at for row in rows if row.kind == kind)
    for row in rows:
        row.starts_at += shift
        if row.starts_at > timezone.now():
            row.entered_at = None
    Phase.objects.bulk_update(rows, ["starts_at", "entered_at"])
    advance_contests(now=timezone.now())
    return Contest.objects.prefetch_related("phases").get(pk=where.pk)
