"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """The brand's name in the reader's language, the theme, whether the reader works for the brand."""
    chinese = (get_language() or "").startswith("zh")
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    return {
        "brand_name": settings.PADDOCK_BRAND_ZH if chinese else settings.PADDOCK_BRAND,
        "theme": theme if theme in THEMES else "",
        "is_brand_staff": bool(user and user.is_authenticated and user.is_staff),
    }
