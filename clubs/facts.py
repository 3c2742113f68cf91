"""What happened in clubs and circles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class ClubJoined(Fact):
    """A member joined a club or circle. ``keywords`` are its subject words, in any language."""

    name: ClassVar[str] = "clubs.club.joined"
    club_id: int
    slug: str
    kind: str
    title: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClubRoleGiven(Fact):
    """A member of a club or circle leads or hosts it from now on, or is one like any other: leader, host, member."""

    name: ClassVar[str] = "clubs.role.given"
    club_id: int
    slug: str
    role: str


@dataclass(frozen=True, kw_only=True)
class ClubLeft(Fact):
    """A member left a club or circle."""

    name: ClassVar[str] = "clubs.club.left"
    club_id: int
    slug: str


@dataclass(frozen=True, kw_only=True)
class ClubMade(Fact):
    """There is a new club or circle. Owner: the brand manager who made it."""

    name: ClassVar[str] = "clubs.club.made"
    club_id: int
    slug: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ClubChanged(Fact):
    """A club or circle is called or described otherwise. Owner: who changed it, a brand manager or its leader."""

    name: ClassVar[str] = "clubs.club.changed"
    club_id: int
    slug: str
