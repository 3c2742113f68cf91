"""What is kept in two languages, in the one in use."""

from __future__ import annotations

from django.utils.translation import get_language


def is_chinese() -> bool:
    """Whether the language in use is Chinese."""
    return (get_language() or "").startswith("zh")


def in_language(zh: str, en: str) -> str:
    """The one of two texts that is in the language in use; English for every language but Chinese."""
    return zh if is_chinese() else en
