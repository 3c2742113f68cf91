"""Numbers that are kept for speed and can be counted anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Recountable:
    """``check`` lists the differences between kept and counted numbers; ``repair`` sets them right."""

    name: str
    check: Callable[[], list[str]]
    repair: Callable[[], object]


_RECOUNTABLES: dict[str, Recountable] = {}


def recountable(name: str, *, check: Callable[[], list[str]], repair: Callable[[], object]) -> None:
    """Have ``manage.py recount`` check and repair these numbers."""
    _RECOUNTABLES[name] = Recountable(name, check, repair)


def recountables() -> list[Recountable]:
    """All of them, by name."""
    return [_RECOUNTABLES[name] for name in sorted(_RECOUNTABLES)]
