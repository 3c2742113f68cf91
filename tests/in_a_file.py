"""SQLite as a site has it, a file with several connections; other tests have a database in memory, which has one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from django.db import connection, connections

from community.kernel.sqlite.base import DatabaseWrapper
from community.settings.databases import database


@pytest.fixture
def in_a_file(tmp_path):
    """``in_a_file()`` copies the test's database to a file and works on there, as a site does. Gives its path."""
    kept, path = connections["default"], tmp_path / "site.sqlite3"

    def copied():
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        settings = {**kept.settings_dict, **database("sqlite:///"), "NAME": path}
        connections["default"] = DatabaseWrapper(settings, "default")
        return path

    yield copied
    if connections["default"] is not kept:
        connections["default"].close()
    connections["default"] = kept


@pytest.fixture
def beside_writers(in_a_file):
    """``beside_writers(parts)`` gives them one by one; another connection writes in between, ``every`` so many.

    To be asked for after what fills the database, which is copied.
    """
    path = in_a_file()

    def each(parts, every=1):
        for number, part in enumerate(parts):
            if number % every:
                yield part
                continue
            with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as other:
                other.execute("CREATE TABLE IF NOT EXISTS written (number INTEGER)")
                other.execute("INSERT INTO written VALUES (1)")
            yield part

    return each
