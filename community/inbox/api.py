"""The door of the inbox: everything other apps may use of it."""

from community.inbox.live import announce
from community.inbox.services import notify, register_kind

__all__ = ["announce", "notify", "register_kind"]
