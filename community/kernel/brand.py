"""Whose community this is."""

from __future__ import annotations

from django.conf import settings

from community.kernel.language import in_language


def brand_name() -> str:
    """The brand's name in the language in use."""
    return str(in_language(settings.PADDOCK_BRAND_ZH, settings.PADDOCK_BRAND))
