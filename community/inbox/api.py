"""The door of the inbox: everything other apps may use of it."""

from community.inbox.live import ChannelState, announce, announce_once
from community.inbox.services import Notice, mark_read, notify, register_kind
from community.inbox.titles import retitle

__all__ = [
    "ChannelState",
    "Notice",
    "announce",
    "announce_once",
    "mark_read",
    "notify",
    "register_kind",
    "retitle",
]
