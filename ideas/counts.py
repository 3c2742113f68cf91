"""Kept numbers of votes against counted ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from community.kernel.api import counted, lock_rows, now
from ideas.models import Contest, Idea, Vote


def vote_differences() -> list[str]:
    """Ideas whose kept vote count differs from the votes; the numbers only where everybody may read them."""
    wrong: Any = Idea.objects.annotate(n=counted(Vote.objects.all(), "idea")).exclude(n=F("vote_count")).order_by("pk")
    at = now()
    return [_difference(idea, at) for idea in wrong.select_related("contest").prefetch_related("contest__phases")]


def _difference(idea: Any, at: datetime) -> str:
    if not idea.contest.switches_at(at).counts_visible:
        return f"idea {idea.pk}: kept and counted differ (how much is hidden with the counts)"
    return f"idea {idea.pk}: {idea.vote_count} kept, {idea.n} counted"


@transaction.atomic
def repair_votes() -> None:
    """Set vote counts to what is counted, under the contests' locks, as every vote is cast."""
    lock_rows(Contest.objects.all())
    Idea.objects.update(vote_count=counted(Vote.objects.all(), "idea"))


def number_differences() -> list[str]:
    """Contests that would not give the next idea the number after the highest one."""
    wrong: Any = Contest.objects.annotate(n=Coalesce(Max("ideas__number"), 0)).exclude(n=F("idea_count")).order_by("pk")
    return [f"contest {contest.slug}: {contest.idea_count} kept, {contest.n} counted" for contest in wrong]


@transaction.atomic
def repair_numbers() -> None:
    """Have contests count on from their highest number."""
    lock_rows(Contest.objects.all())
    highest = Idea.objects.filter(contest=OuterRef("pk")).order_by("-number").values("number")[:1]
    Contest.objects.update(idea_count=Coalesce(Subquery(highest), 0))
