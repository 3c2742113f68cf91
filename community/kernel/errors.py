"""Errors a person can be told about. Their message is translated and safe to show."""

from __future__ import annotations

from sqlite3 import SQLITE_BUSY

from django.db import OperationalError

PRIMARY = 0xFF  # of SQLite's codes, which say more in their upper bits
LOCK_CONFLICTS = {"40P01", "55P03"}  # PostgreSQL: a deadlock was ended, a lock was not to be had
# PostgreSQL was stopped, crashed, is starting, or is full. Where the connection itself failed, there is no state.
CONNECTION_LOST = {None, "57P01", "57P02", "57P03", "53300"}
CONNECTION_FAILED = "08"


class PaddockError(Exception):
    """A refusal with a message for the reader and an HTTP status for the response."""

    status = 400

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(PaddockError):
    """The person may not do this."""

    status = 403


class Gone(PaddockError):
    """The thing was removed."""

    status = 410


class Conflict(PaddockError):
    """Somebody else changed it first."""

    status = 409


class Outdated(Conflict):
    """It says something else than when the person began to change it."""


class Invalid(PaddockError):
    """What was sent does not hold; ``field`` names the form field."""

    status = 422


class Unavailable(PaddockError):
    """A server that is needed for it is away: it can be done later."""

    status = 503


def is_lock_conflict(error: Exception) -> bool:
    """Whether the database ended an act, whole, because another one held what it needed: it can be done again."""
    if not isinstance(error, OperationalError):
        return False
    busy = getattr(error.__cause__, "sqlite_errorcode", 0) & PRIMARY == SQLITE_BUSY
    return busy or getattr(error.__cause__, "sqlstate", "") in LOCK_CONFLICTS


def is_connection_lost(error: BaseException | None) -> bool:
    """Whether the database cannot be reached, or ended the connection: what was not committed was not done."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", "")
    return state in CONNECTION_LOST or state.startswith(CONNECTION_FAILED)
