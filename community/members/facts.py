"""What members did to their own space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Fact):
    """Somebody became a member."""

    name: ClassVar[str] = "members.member.joined"
    language: str


@dataclass(frozen=True, kw_only=True)
class SpaceChanged(Fact):
    """About, language or display name changed. ``about`` is the plain text."""

    name: ClassVar[str] = "members.space.changed"
    about: str
    language: str


@dataclass(frozen=True, kw_only=True)
class KeywordsDeclared(Fact):
    """The whole list of keywords a member put on their space, as typed."""

    name: ClassVar[str] = "members.keywords.declared"
    keywords: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GarageChanged(Fact):
    """The whole garage, one ``brand model`` a car."""

    name: ClassVar[str] = "members.garage.changed"
    models: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MemberErased(Fact):
    """A member asked to be forgotten. It is the only fact kept of them."""

    name: ClassVar[str] = "members.member.erased"
    of_erased: ClassVar[bool] = True
