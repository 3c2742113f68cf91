"""What is kept in two languages, in the one in use."""

from __future__ import annotations

from typing import Any, Self, overload

from django.utils.translation import get_language


def is_chinese() -> bool:
    """Whether the language in use is Chinese."""
    return (get_language() or "").startswith("zh")


def in_language(zh: str, en: str) -> str:
    """The one of two texts that is in the language in use; English for every language but Chinese."""
    return zh if is_chinese() else en


class Bilingual:
    """A text a model keeps in two columns, ``…_en`` and ``…_zh``: reads the one in the language in use."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._columns = f"{name}_zh", f"{name}_en"

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> str: ...

    def __get__(self, instance: Any, owner: type) -> Self | str:
        return self if instance is None else in_language(*(getattr(instance, column) for column in self._columns))
