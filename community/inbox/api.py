"""The door of the inbox: everything other apps may use of it."""

from community.inbox.live import ChannelState, announce
from community.inbox.services import Notice, notify, register_kind

__all__ = ["ChannelState", "Notice", "announce", "notify", "register_kind"]
