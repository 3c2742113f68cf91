"""Connections to PostgreSQL from a pool that forgets those that ended, and waits for none while the server is away."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, NoReturn

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

from community.kernel.outages import Breaker

SPARED_SECONDS = 1.0


class DatabaseIsAway(psycopg.OperationalError):
    """PostgreSQL cannot be reached."""


# One a process. While PostgreSQL is away one caller a second waits for it; the others hear so at once.
DATABASE = Breaker("the database", (DatabaseIsAway,), spared_seconds=SPARED_SECONDS)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, less two habits of the pool.

    Asked to check what it gives, psycopg's pool sleeps one second, two, four... between connections that have ended:
    after a restart of PostgreSQL the eighth would come after minutes. And it lets every caller wait for the whole
    time-out while nobody answers.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that answers. Raises psycopg's OperationalError where there is none in time."""
        if not self.pool:
            return super().get_new_connection(conn_params)
        return DATABASE.ask(partial(self._from_pool, self.pool, conn_params), otherwise=_refuse)

    def _from_pool(self, pool: ConnectionPool, conn_params: dict[str, Any]) -> psycopg.Connection:
        refused, until = _refused(pool), monotonic() + pool.timeout
        try:
            while monotonic() < until:
                connection: psycopg.Connection = super().get_new_connection(conn_params)
                if _answers(connection):
                    return connection
                connection.close()
                pool.putconn(connection)  # which makes a new one instead
        except PoolTimeout:
            if _refused(pool) == refused:  # all are in use
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
