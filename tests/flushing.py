"""A database that is emptied after a test gets back at once what migrating leaves in it.

Django has every app work that out anew after each test that commits: content types and permissions, which are the same
each time.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db import transaction

LEFT = {}  # by database: the rows of each table that is not empty after migrating


def leave(verbosity, interactive, db, **options):
    """What ``emit_post_migrate_signal`` does for an empty database; from the second time on the same rows again."""
    if db in LEFT:
        with transaction.atomic(using=db):
            for rows in LEFT[db]:
                type(rows[0])._base_manager.using(db).bulk_create(rows)
        return
    emit_post_migrate_signal(verbosity, interactive, db, **options)
    tables = (list(model._base_manager.using(db)) for model in apps.get_models(include_auto_created=True))
    LEFT[db] = [rows for rows in tables if rows]


@pytest.fixture(scope="session", autouse=True)
def left_after_migrating():
    """Every test that commits ends so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "emit_post_migrate_signal", leave)
        yield
