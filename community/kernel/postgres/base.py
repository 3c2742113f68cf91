"""Connections to PostgreSQL from a pool that forgets those that ended, and waits for none while the server is away."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

from community.kernel.circuit_breaker import CircuitBreaker

SPARED_SECONDS = 1.0


class DatabaseIsAway(psycopg.OperationalError):
    """PostgreSQL cannot be reached."""


# One a process. While PostgreSQL is away one caller a second waits for it; the others hear so at once.
DATABASE = CircuitBreaker("the database", (DatabaseIsAway,), spared_seconds=SPARED_SECONDS)
# When a connection of each pool was last given to somebody.
_answered_at: WeakKeyDictionary[ConnectionPool, float] = WeakKeyDictionary()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, less two habits of the pool.

    Asked to check what it gives, psycopg's pool sleeps one second, two, four... between connections that have ended:
    after a restart of PostgreSQL the eighth would come after minutes. And it lets every caller wait for the whole
    time-out while nobody answers.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that answers. Raises psycopg's OperationalError where there is none in time."""
        take = partial(self._from_pool, self.pool) if self.pool else self._alone
        return DATABASE.ask(partial(take, conn_params), otherwise=_refuse)

    def _alone(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        try:
            connection: psycopg.Connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            raise DatabaseIsAway(str(error)) from error
        return connection

    def _from_pool(self, pool: ConnectionPool, conn_params: dict[str, Any]) -> psycopg.Connection:
        began, refused = monotonic(), _refused(pool)
        try:
            while monotonic() < began + pool.timeout:
                connection: psycopg.Connection = super().get_new_connection(conn_params)
                if _answers(connection):
                    _answered_at[pool] = monotonic()
                    return connection
                connection.close()
                pool.putconn(connection)  # which makes a new one instead
        except PoolTimeout:
            # All are in use: no attempt failed, or it was to be one more than the server takes, and the others go on.
            if _refused(pool) == refused or _answered_at.get(pool, 0.0) >= began:
                raise
        raise DatabaseIsAway


def _refuse() -> NoReturn:
    raise DatabaseIsAway("PostgreSQL cannot be reached")


def _refused(pool: ConnectionPool) -> int:
    return pool.get_stats().get("connections_errors", 0)


def _answers(connection: psycopg.Connection) -> bool:
    with suppress(psycopg.Error):
        return connection.pgconn.exec_(b"").status == psycopg.pq.ExecStatus.EMPTY_QUERY
    return False
