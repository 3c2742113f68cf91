"""Database settings from an address."""

from __future__ import annotations

from typing import Any

import environ

from community.settings import env


def database(url: str) -> dict[str, Any]:
    """Django's database settings for an address; SQLite under the home folder when it is empty."""
    if not url or url.startswith("sqlite:"):
        return {
            "ENGINE": "community.kernel.sqlite",
            "NAME": environ.Env.db_url_config(url)["NAME"] if url else env.home() / "paddock.sqlite3",
            "OPTIONS": {
                # DEFERRED with several writers gives "database is locked"; see docs/architecture.md.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
            },
        }
    asked = environ.Env.db_url_config(url)
    return {
        **asked,
        "ENGINE": "community.kernel.postgres",
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            # Nobody waits longer for a connection. An attempt that gets no answer has failed before that.
            "pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 2},
            "connect_timeout": 2,
            # A server that vanished without a word is noticed after ten seconds.
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            **asked.get("OPTIONS", {}),
        },
    }
