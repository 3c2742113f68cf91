"""What members did to their own profile in the mirror."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class InterestMuted(Fact):
    """A member muted an interest: it never returns by itself."""

    name: ClassVar[str] = "crm.interest.muted"
    keyword: str


@dataclass(frozen=True, kw_only=True)
class InterestUnmuted(Fact):
    """A member lifted a mute."""

    name: ClassVar[str] = "crm.interest.unmuted"
    keyword: str


@dataclass(frozen=True, kw_only=True)
class InterestCorrected(Fact):
    """A member set an interest's weight themselves (0 to 10)."""

    name: ClassVar[str] = "crm.interest.corrected"
    keyword: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class InterestAdded(Fact):
    """A member added an interest the brand did not know of."""

    name: ClassVar[str] = "crm.interest.added"
    keyword: str


@dataclass(frozen=True, kw_only=True)
class InterestRemoved(Fact):
    """A member deleted an interest and what led to it; later acts may bring it back."""

    name: ClassVar[str] = "crm.interest.removed"
    keyword: str
