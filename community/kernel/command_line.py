"""What an operator is told when a command cannot run as things are set up."""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured
from django.db import Error

from community.kernel.errors import is_connection_lost

# How PostgreSQL and SQLite say that a table or column is not there.
MISSING = re.compile(r"no such (table|column)|(relation|column) .* does not exist")


def why_it_cannot_run(error: Exception, *, command: str) -> str:
    """A sentence for a wrong setting, a database that is away or one not of this version; empty for anything else."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if is_connection_lost(error):
        return f"The database (DATABASE_URL) cannot be reached: {_last_line(error)}"
    if isinstance(error, Error) and MISSING.search(str(error)) and command != "migrate":
        return f"The database is not of this version yet ({_first_line(error)}): run manage.py migrate."
    return ""


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _last_line(error: Exception) -> str:
    return str(error).strip().rpartition("\n")[2]
