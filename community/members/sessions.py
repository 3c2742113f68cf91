"""Sessions in the database, whose keys look as ours do."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Django's own; what a cookie holds that cannot be a key is never looked up. PostgreSQL fails at a NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        valid = super()._validate_session_key(key)  # type: ignore[misc]  # unknown to the stubs
        return bool(key and valid and key.isascii() and key.isalnum())
