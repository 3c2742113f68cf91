"""Connections to SQLite that are kept for whoever asks next: a new one reads the whole schema before its first answer.

Under ASGI every request has a thread and so a connection of its own, and the relay looks for work ten times a second.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections import defaultdict
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

MOST_KEPT = 4  # of a file: SQLite has one writer, and each keeps up to 16 MB of pages

File = tuple[str, int, int]  # path, device and number: another file in its place is another one
_kept: defaultdict[File | None, list[sqlite3.Connection]] = defaultdict(list)
_of_the_parent: list[Any] = []  # SQLite forbids a child to use, or to close, what its parent opened


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, whose connections come back from where they were put when they were closed."""

    _opened: File | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """One that was kept, with all that was set on it, else a new one."""
        path = conn_params["database"]
        with suppress(LookupError):
            self._opened = _file(path)
            return _kept[self._opened].pop()
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        self._opened = _file(path)  # it may have made it
        return connection

    def _close(self) -> None:
        if not self._keep():
            super()._close()  # type: ignore[misc]  # which the stubs leave out

    def _keep(self) -> bool:
        """Put it where the next one finds it, unless something went wrong with it or enough are there."""
        if self.errors_occurred or self.in_atomic_block or self._is_in_use():
            return False
        kept = _kept[self._opened]
        if not self._opened or self._opened != _file(self.settings_dict["NAME"]) or len(kept) >= MOST_KEPT:
            return False
        kept.append(self.connection)
        return True

    def _is_in_use(self) -> bool:
        """Whether a transaction was not ended, or somebody holds a cursor: one not read to its end holds a snapshot."""
        if self.connection is None or self.connection.in_transaction:
            return True
        return sys.getrefcount(self.connection) > _references_of_one_in_no_use()


@cache
def _references_of_one_in_no_use() -> int:
    connection = sqlite3.connect(":memory:")
    connection.execute("SELECT 1").fetchall()
    found = sys.getrefcount(connection)
    connection.close()
    return found


def _file(path: str | Path) -> File | None:
    """Which file that is; None where there is none."""
    with suppress(OSError):
        found = Path(path).stat()
        return str(path), found.st_dev, found.st_ino
    return None


def _forget() -> None:
    _of_the_parent.append(dict(_kept))
    _kept.clear()


os.register_at_fork(after_in_child=_forget)
