"""Whose community this is."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language


def brand_name() -> str:
    """The brand's name in the language in use."""
    chinese = (get_language() or "").startswith("zh")
    return str(settings.PADDOCK_BRAND_ZH if chinese else settings.PADDOCK_BRAND)
