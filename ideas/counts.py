"""Kept numbers of votes against counted ones."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from community.kernel.api import counted
from ideas.models import Idea, Vote


def vote_differences() -> list[str]:
    """Ideas whose kept vote count differs from the votes."""
    wrong: Any = Idea.objects.annotate(n=counted(Vote.objects.all(), "idea")).exclude(n=F("vote_count"))
    return [f"idea {idea.pk}: {idea.vote_count} kept, {idea.n} counted" for idea in wrong]


def repair_votes() -> None:
    """Set vote counts to what is counted."""
    Idea.objects.update(vote_count=counted(Vote.objects.all(), "idea"))
