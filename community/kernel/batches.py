"""Many things, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

ItemT = TypeVar("ItemT")

KEYS_AT_ONCE = 5000


def batched(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """The items in lists of at most so many."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def primary_keys_of(rows: QuerySet[Any]) -> Iterator[int]:
    """The primary keys of rows in their order, some thousands a query; between two of them no query is open.

    For whoever writes while they go through many. SQLite refuses to write, without waiting, for a connection that is
    still reading what another one has changed since.
    """
    keys = rows.order_by("pk").values_list("pk", flat=True)
    page = list(keys[:KEYS_AT_ONCE])
    yield from page
    while len(page) == KEYS_AT_ONCE:
        page = list(keys.filter(pk__gt=page[-1])[:KEYS_AT_ONCE])
        yield from page
