"""Sessions in the database, whose keys look as ours do. A guest's that holds what they sent is short."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from community.kernel.api import now

KEPT = "sent_signed_out"  # in the session: what was sent after the session had ended
KEPT_SECONDS = 3600


class SessionStore(DatabaseStore):
    """Django's own; what a cookie holds that cannot be a key is never looked up. PostgreSQL fails at a NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        valid = super()._validate_session_key(key)  # type: ignore[misc]  # unknown to the stubs
        return bool(key and valid and key.isascii() and key.isalnum())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row of a session, kept for an hour at most where it only holds what was sent signed out."""
        return _shortened(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Any:
        """The row of a session for asynchronous callers, kept as long as ``create_model_instance`` has it."""
        return _shortened(await super().acreate_model_instance(data), data)


def _shortened(row: Any, data: dict[str, Any]) -> Any:
    # Only the row: the browser's cookie, and the session once they have signed in, last as always.
    if KEPT in data and SESSION_KEY not in data:
        row.expire_date = min(row.expire_date, now() + timedelta(seconds=KEPT_SECONDS))
    return row
