"""The indexes of this installation, and the engine each of them lives in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings

from community.search.embedded import Embedded
from community.search.port import Engine, Schema

Values = Mapping[str, Any] | None


@dataclass(frozen=True)
class Index:
    """What to index: the fields, how to load documents (None: gone), and the ids of all of them."""

    name: str
    schema: Schema
    load: Callable[[Sequence[str]], Iterable[tuple[str, Values]]]
    all_ids: Callable[[], Iterator[str]]


_INDEXES: dict[str, Index] = {}
_ENGINES: dict[str, Engine] = {}


def register_index(index: Index) -> Index:
    """Make an index known. Raises ValueError for a second one of the same name."""
    if index.name in _INDEXES:
        raise ValueError(f"index {index.name} is registered already")
    _INDEXES[index.name] = index
    return index


def indexes() -> list[Index]:
    """All indexes, in the order they were registered."""
    return list(_INDEXES.values())


def index_named(name: str) -> Index:
    """The index of that name. Raises KeyError for one that is not registered."""
    return _INDEXES[name]


def engine_of(name: str) -> Engine:
    """The engine of an index, opened once a process."""
    if name not in _ENGINES:
        _ENGINES[name] = _open(_INDEXES[name].schema)
    return _ENGINES[name]


def _open(schema: Schema) -> Engine:
    if settings.ELASTICSEARCH_URL:
        elastic = import_module("community.search.elastic")  # large: a process without a cluster starts sooner
        es = elastic.client(settings.ELASTICSEARCH_URL)
        made: Engine = elastic.Elastic(schema, es, prefix=settings.SEARCH_PREFIX)
        return made
    return Embedded(schema, settings.SEARCH_FOLDER)


def close_engines() -> None:
    """Close the engines of this process, so that another process may write; the next use opens them again."""
    for engine in _ENGINES.values():
        engine.close()
    _ENGINES.clear()


def forget_engines() -> None:
    """Empty and close all engines of this process: tests begin with an empty index."""
    for engine in _ENGINES.values():
        engine.drop()
    close_engines()
