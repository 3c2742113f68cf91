"""The door of consent: everything other apps may use of it."""

from community.consent.enums import Channel, Purpose
from community.consent.queries import Cell, PermissionRow, decided_among, history, permission_table
from community.consent.services import (
    NotPermitted,
    Permit,
    Yes,
    grant,
    grant_many,
    may_profile,
    pause,
    paused_among,
    paused_until,
    permit_for,
    permits_for_many,
    permits_of,
    permits_of_many,
    profiling_since,
    profiling_since_many,
    withdraw,
)
from community.consent.texts import CONTACT_CHANNELS, PURPOSE_CHANNELS, TEXTS, VERSION, ConsentText

__all__ = [
    "CONTACT_CHANNELS",
    "PURPOSE_CHANNELS",
    "TEXTS",
    "VERSION",
    "Cell",
    "Channel",
    "ConsentText",
    "NotPermitted",
    "PermissionRow",
    "Permit",
    "Purpose",
    "Yes",
    "decided_among",
    "grant",
    "grant_many",
    "history",
    "may_profile",
    "pause",
    "paused_among",
    "paused_until",
    "permission_table",
    "permit_for",
    "permits_for_many",
    "permits_of",
    "permits_of_many",
    "profiling_since",
    "profiling_since_many",
    "withdraw",
]
