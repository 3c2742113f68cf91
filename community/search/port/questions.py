"""What a question and an answer are, and what an engine can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from community.search.port.schema import DATE, KEYWORD, NUMBER, TOKENS, WEIGHTS, Doc, Schema, check_number, millis

MAX_WINDOW = 10_000
FIRST_GROUP = 2.0  # how much more the words that were typed count than other words for them


class SearchDown(Exception):
    """The engine cannot answer now: show the page without search."""


class PageOutOfReach(Exception):
    """There is no such page: it lies behind the last, or further on than an index can be paged."""


@dataclass(frozen=True)
class Query:
    """A question.

    ``words``: every token, in any tokens field. ``either``: of each entry at least one of its groups of tokens; what
    counts is the best of them, the first twice. ``like``: at least one of the tokens, each counting. ``starts``:
    (tokens or keyword field, beginning of a token or value). ``must`` all, ``any`` at least one, ``none`` not one of
    the values. ``least``: {weights field: {tag: minimum}}. ``ranges``: from (with) to (without), None is open.
    ``facets``: how many values, or borders of ranges. ``sort``: '' by relevance, 'field', '-field', or '-weights:tag'
    (only those who have the tag). Pages count from 1.
    """

    words: tuple[str, ...] = ()
    either: tuple[tuple[tuple[str, ...], ...], ...] = ()
    like: tuple[str, ...] = ()
    starts: tuple[str, str] | None = None
    must: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    none: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    facets: Mapping[str, int | tuple[Any, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    size: int = 20

    @property
    def scored(self) -> bool:
        """Whether relevance says anything."""
        return bool(self.words or self.either or self.like)

    @property
    def window(self) -> tuple[int, int]:
        """First and one past the last hit of the page. Raises PageOutOfReach, and ValueError for pages of nothing."""
        if self.size < 1:
            raise ValueError("a page holds at least one hit")
        start = (max(1, self.page) - 1) * self.size
        if start + self.size > MAX_WINDOW:
            raise PageOutOfReach(f"page {self.page} of {self.size} each")
        return start, start + self.size

    @property
    def sort_field(self) -> tuple[str, str]:
        """The field sorted by and, for weights, the tag."""
        name, _, tag = self.sort.lstrip("-").partition(":")
        return name, tag

    def checked(self, schema: Schema) -> Query:
        """This query, if the schema can answer it. Raises ValueError otherwise, and PageOutOfReach."""
        for group in (self.must, self.any, self.none):
            for name in group:
                schema.kind(name, KEYWORD, WEIGHTS)
        for name, (low, high) in self.ranges.items():
            schema.kind(name, NUMBER, DATE)
            if low is None and high is None:
                raise ValueError(f"{name}: an open range")
        for name, spec in self.facets.items():
            schema.kind(name, *((KEYWORD, WEIGHTS) if isinstance(spec, int) else (NUMBER, DATE)))
        for name, tags in self.least.items():
            schema.kind(name, WEIGHTS)
            for minimum in tags.values():
                check_number(minimum)
        self._check_order(schema)
        return self

    def _check_order(self, schema: Schema) -> None:
        if self.starts:
            schema.kind(self.starts[0], TOKENS, KEYWORD)
        name, tag = self.sort_field
        if tag:
            schema.kind(name, WEIGHTS)
        elif name:
            schema.kind(name, NUMBER, DATE)
        _ = self.window

    def without(self, facet: str) -> Query:
        """This question less a facet's own choice: a facet over values is counted without it."""
        return replace(self, any={name: values for name, values in self.any.items() if name != facet})


@dataclass(frozen=True)
class Result:
    """An answer: how many match, the ids of the page, their scores (by relevance only), facets as (value, count)."""

    total: int
    ids: list[str]
    scores: list[float] = field(default_factory=list)
    facets: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)


class Held(NamedTuple):
    """What an index has of a document: the version it was written with, and the digest of its values."""

    id: str
    version: int
    digest: int


@dataclass
class Report:
    """What a write did. ``stale``: a newer version was there, not an error. ``errors``: never retried as they are."""

    written: int = 0
    stale: int = 0
    errors: dict[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """What an engine can do."""

    schema: Schema

    def missing(self) -> bool:
        """Whether there is no index to write to. Raises SearchDown."""

    def ensure(self) -> bool:
        """Make the index where it is missing; whether it was. Raises SearchDown."""

    def put(self, docs: Iterable[Doc]) -> Report:
        """Write documents; durable when it returns. The relay only. Raises SearchDown, also where none is made."""

    def search(self, query: Query) -> Result:
        """Answer. Raises SearchDown, PageOutOfReach, and ValueError for a question the schema cannot answer."""

    def ids(self, query: Query) -> Iterator[str]:
        """All matching ids in tie order. Raises SearchDown."""

    def held(self) -> Iterator[Held]:
        """Every document in tie order, for whoever compares them with the database. Raises SearchDown."""

    def rebuild(
        self, docs: Iterable[Doc], tail: Iterable[Doc] = (), *, ready: Callable[[], object] | None = None
    ) -> Report:
        """Fill a new index aside, apply ``tail`` with the version guard, then switch all readers at once.

        ``ready`` is called when all is written, just before the switch; where it raises, the index in use stays.
        """

    def refresh(self) -> None:
        """Make all writes visible now."""

    def tidy(self) -> int:
        """Remove indexes of other fields and of killed rebuilds, a day after they and the one in use were made."""

    def drop(self) -> None:
        """Remove the index and everything in it."""

    def close(self) -> None:
        """Let go of what is held."""


def bound(value: Any) -> Any:
    """A border of a range as engines take it."""
    return millis(value) if isinstance(value, datetime) else value


def top(counts: Iterable[tuple[str, int]], size: int) -> list[tuple[str, int]]:
    """The most frequent values, equals by name."""
    return sorted(((key, count) for key, count in counts if count), key=lambda pair: (-pair[1], pair[0]))[:size]
