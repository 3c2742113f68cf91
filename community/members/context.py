"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def site(request: HttpRequest) -> dict[str, Any]:
    """The brand's name in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return {"brand_name": settings.PADDOCK_BRAND_ZH if chinese else settings.PADDOCK_BRAND}
