"""How often members may change what was written."""

from __future__ import annotations

from django.http import HttpRequest

from community.kernel.api import now, rate_limit
from community.members.enums import Role
from community.members.queries import has_role


def limit_changes(request: HttpRequest) -> None:
    """Count a change of what was written; moderators, who clear up, make many. Raises TooMany."""
    rate_limit(request.user.pk, "moderate" if has_role(request.user, Role.MODERATOR) else "edit", now=now())
