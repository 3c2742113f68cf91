"""What the brand's people set for themselves in the editors' area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import AccountView, NameEmailSettingsPanel


class OwnAccountView(AccountView):
    """Wagtail's, less the names it wants: a member has one, on their space, and an address, in their account."""

    def get_panels(self) -> list[Any]:
        """Language, theme and the like."""
        return [panel for panel in super().get_panels() if not isinstance(panel, NameEmailSettingsPanel)]


account: Callable[..., HttpResponse] = require_admin_access(OwnAccountView.as_view())
