"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from community.kernel.api import brand_name, way_back

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """The brand's name in the reader's language, the theme, the page's address, whether its reader is of the brand."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    return {
        "brand_name": brand_name(),
        "theme": theme if theme in THEMES else "",
        "way_back": way_back(request),
        "is_brand_staff": bool(user and user.is_authenticated and user.is_staff),
    }
