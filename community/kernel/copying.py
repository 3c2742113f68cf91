"""A community moves from one database to another, whatever kinds they are: row by row, as the rows stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import Error, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.sql import InsertQuery

from community.kernel.batches import batched

AT_ONCE = 500
# The editors' search has other columns in each kind of database, and is made anew.
DERIVED = {"wagtailsearch", "modelsearch"}


class NotTheSame(ValueError):
    """The databases are not of one version, or one does not take what the other holds; the message says where."""


def tables() -> list[type[models.Model]]:
    """Everything that is kept, one model a table."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if _about(model).managed and not _about(model).proxy and not _is_derived(model)]


def copy_all(source: str, target: str, *, progress: Callable[[int], object] = lambda _rows: None) -> int:
    """Empty the target and fill it with what the source holds, in one transaction. Returns how many rows.

    Signals, defaults and ``save`` are passed by: numbers, times and the links between rows stay as they are. Raises
    NotTheSame where one of the two is of another version, or a table does not come out the same; then the target is
    as it was.
    """
    if migrations(source) != migrations(target):
        raise NotTheSame("the databases are of different versions: run migrate on both, with this version of Paddock")
    connection = connections[target]
    copied = 0
    with transaction.atomic(using=target), transaction.atomic(using=source):
        connection.ops.execute_sql_flush(
            connection.ops.sql_flush(
                no_style(), connection.introspection.django_table_names(only_existing=True), reset_sequences=True
            )
        )
        for model in tables():
            for rows in batched(_rows(model, source), AT_ONCE):
                try:
                    _insert(model, rows, target)
                except Error as error:  # SQLite keeps what PostgreSQL refuses: a text too long, a number too large
                    raise NotTheSame(f"{_about(model).db_table}: {str(error).strip()}") from error
                copied += len(rows)
                progress(len(rows))
        for model in tables():
            if _count(model, source) != _count(model, target):
                raise NotTheSame(f"{_about(model).db_table} came out with another number of rows")
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
                cursor.execute(statement)
    return copied


def size(alias: str) -> int:
    """How many rows there are to copy."""
    return sum(_count(model, alias) for model in tables())


def migrations(alias: str) -> set[tuple[str, str]]:
    """What was applied to a database."""
    return set(MigrationRecorder(connections[alias]).applied_migrations())


def _about(model: type[models.Model]) -> Any:
    return model._meta


def _is_derived(model: type[models.Model]) -> bool:
    return _about(model).app_label in DERIVED and "IndexEntry" in model.__name__


def _count(model: type[models.Model], alias: str) -> int:
    return models.QuerySet(model, using=alias).count()


def _rows(model: type[models.Model], alias: str) -> Iterator[models.Model]:
    # A manager of the model's own might leave rows out.
    yield from models.QuerySet(model, using=alias).order_by("pk").iterator(chunk_size=AT_ONCE)


def _insert(model: type[models.Model], rows: list[models.Model], alias: str) -> None:
    """The table's own columns only: those of a parent are in the parent's table."""
    fields = [field for field in _about(model).local_concrete_fields if not field.generated]
    for row in rows:
        for field in fields:
            value = getattr(row, field.attname)
            if isinstance(value, str) and "\0" in value:  # which PostgreSQL takes nowhere
                setattr(row, field.attname, value.replace("\0", ""))
    query: Any = InsertQuery(model)
    query.insert_values(fields, rows, raw=True)
    query.get_compiler(using=alias).execute_sql()
