"""What the forums put on the Workbench."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from community.kernel.api import fills
from community.members.api import Role, has_role
from forums import queries
from forums.models import Board

FOR_AGENTS = 8


@fills("console.nav", order=110)
def boards_nav(user: Any) -> dict[str, Any]:
    """The brand manager's boards."""
    return {"url": "forums:desk", "label": gettext_lazy("Boards"), "roles": (Role.BRAND_MANAGER,)}


@fills("console.due", order=100)
def to_answer(user: Any) -> list[dict[str, Any]]:
    """Questions nobody has answered yet, the longest waiting first, for those who answer for the brand."""
    if not has_role(user, Role.SERVICE_AGENT):
        return []
    topics = (
        queries.unanswered(Board.objects.visible_to(user), user).select_related("board").order_by("opened_at", "pk")
    )
    return [
        {
            "url": topic.get_absolute_url(),
            "title": topic.title,
            "language": topic.language,
            "what": topic.board.title,
            "since": topic.opened_at,
        }
        for topic in topics.only("title", "slug", "language", "opened_at", "board__title_en", "board__title_zh")[
            :FOR_AGENTS
        ]
    ]
