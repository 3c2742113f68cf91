"""What an operator is told when a command cannot run as things are set up."""

from __future__ import annotations

from contextlib import suppress

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from community.kernel.errors import is_away


def why_it_cannot_run(error: Exception) -> str:
    """A sentence for a wrong setting, a database that is away or one not of this version; empty for anything else."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if is_away(error):
        return "The database (DATABASE_URL) cannot be reached."
    return "The database is not of this version yet: run manage.py migrate." if _is_behind() else ""


def _is_behind() -> bool:
    with suppress(DatabaseError):
        connection.rollback()
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return False
