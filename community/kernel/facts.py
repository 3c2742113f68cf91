"""Facts: what happened, as small frozen dataclasses of plain values.

A fact is named ``app.thing.past_tense`` and belongs to the member whose act it was (0: the system's own).
Facts of one member are handled in the order they were published.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, get_type_hints

SYSTEM = 0

FactT = TypeVar("FactT", bound="Fact")

_BY_NAME: dict[str, type[Fact]] = {}
_SHAPES: dict[type[Fact], dict[str, bool]] = {}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """The base of all facts. A subclass sets ``name`` and adds fields of plain JSON values or tuples of them."""

    name: ClassVar[str] = ""
    of_erased: ClassVar[bool] = False  # true of what others do with what an erased member left
    member_id: int

    @property
    def done_by(self) -> int:
        """Whose act it was. A fact of what others may do to a member's things says who did."""
        return self.member_id

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.name:
            return
        known = _BY_NAME.setdefault(cls.name, cls)
        if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
            raise TypeError(f"two facts are named {cls.name}")

    def payload(self) -> dict[str, Any]:
        """The fields other than the member, as JSON-ready values."""
        return {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "member_id"
        }


@dataclass(frozen=True)
class Delivery(Generic[FactT]):
    """A fact as a handler receives it: possibly more than once, in order per member.

    ``event_id`` is the same at every delivery of the fact and grows with publication.
    """

    event_id: int
    fact: FactT
    occurred_at: datetime


def fact_types() -> Iterator[type[Fact]]:
    """All fact types known to the process, by name."""
    for name in sorted(_BY_NAME):
        yield _BY_NAME[name]


def fact_from(name: str, *, member_id: int, payload: dict[str, Any]) -> Fact:
    """A fact from its stored form; fields the type no longer has are dropped.

    Raises KeyError for a name no code declares and TypeError when a field without default is missing.
    """
    kind = _BY_NAME[name]
    known = _shape(kind)
    values = {key: _tupled(value) if known[key] else value for key, value in payload.items() if key in known}
    return kind(member_id=member_id, **values)


def _shape(kind: type[Fact]) -> dict[str, bool]:
    """The fields of a fact, and whether each is a tuple; worked out once a type."""
    if kind not in _SHAPES:
        hints = get_type_hints(kind)
        fields = (field.name for field in dataclasses.fields(kind))
        _SHAPES[kind] = {name: getattr(hints[name], "__origin__", None) is tuple for name in fields}
    return _SHAPES[kind]


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
