"""Names of erased people in what the brand's people asked and saved."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q

from community.members.api import Member
from crm_bridge.models import AccessEntry, AudienceQuestion, Segment

# Where a line, or the name of one, is kept.
LINES: tuple[tuple[Any, str], ...] = (
    (AudienceQuestion, "line"),
    (AccessEntry, "why"),
    (Segment, "line"),
    (Segment, "name"),
)
SHORTEST = 2
GONE = "…"


def take_names_out(member: Member) -> None:
    """Put a sign instead of a member's names, or a part of them, wherever the words of a line stand."""
    words = [word for word in {member.username, *member.name.split()} if len(word) >= SHORTEST]
    # Not behind a colon: that is a keyword, a club or a car.
    pattern = re.compile("|".join(rf"(?<![\w:,=>-]){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)
    for model, column in LINES:
        asked = Q()
        for word in words:
            asked |= Q(**{f"{column}__icontains": word})
        for row in model.objects.filter(asked).only("pk", column):
            text = getattr(row, column)
            changed = pattern.sub(GONE, text)
            if changed != text:
                _keep(model, row.pk, column, changed)


def _keep(model: Any, key: int, column: str, text: str) -> None:
    """Names of segments are there once: a number tells two of them apart."""
    if model is Segment and column == "name" and Segment.objects.filter(name=text).exists():
        text = f"{text} {key}"[:80]
    model.objects.filter(pk=key).update(**{column: text})
