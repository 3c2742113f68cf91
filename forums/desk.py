"""What the forums put on the Workbench."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from community.kernel.api import fills
from community.members.api import Role, has_role
from forums import queries
from forums.models import Board, Topic

FOR_AGENTS = 8


@fills("console.nav", order=110)
def boards_nav(user: Any) -> dict[str, Any]:
    """The brand manager's boards."""
    return {"url": "forums:desk", "label": gettext_lazy("Boards"), "roles": (Role.BRAND_MANAGER,)}


@fills("console.due", order=100)
def to_answer(user: Any) -> list[dict[str, Any]]:
    """Questions nobody has answered yet, the longest waiting first, for those who answer for the brand.

    Where more wait than are listed, the last entry tells how many and leads to all of them.
    """
    if not has_role(user, Role.SERVICE_AGENT):
        return []
    topics = queries.waiting_longest(Board.objects.visible_to(user), user)
    total = topics.count()
    entries = waiting_entries(topics[:FOR_AGENTS])
    return [*entries, {"url": reverse("forums:waiting"), "total": total}] if total > FOR_AGENTS else entries


def waiting_entries(topics: Iterable[Topic]) -> list[dict[str, Any]]:
    """Topics that wait for an answer as the Workbench lists them."""
    return [
        {
            "url": topic.get_absolute_url(),
            "title": topic.title,
            "language": topic.language,
            "what": topic.board.title,
            "since": topic.opened_at,
        }
        for topic in topics
    ]
