"""What happened to permissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class PermissionGranted(Fact):
    """A member said yes to one purpose over one channel."""

    name: ClassVar[str] = "consent.permission.granted"
    purpose: str
    channel: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PermissionWithdrawn(Fact):
    """A member took a yes back."""

    name: ClassVar[str] = "consent.permission.withdrawn"
    purpose: str
    channel: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ContactPaused(Fact):
    """A member asked for no contact until a time (ISO 8601); empty ends the pause."""

    name: ClassVar[str] = "consent.contact.paused"
    until: str
