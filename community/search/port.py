"""The search port: what a document, a query and an answer are, for either engine.

The port decides everything two engines could answer differently: tokens, value limits, tie order, what a missing
value does. An engine only stores and matches.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

KEYWORD, TOKENS, NUMBER, DATE, WEIGHTS = "keyword", "tokens", "number", "date", "weights"
MAX_VALUE, MAX_TOKEN, MAX_WINDOW = 200, 60, 10_000
BITS = 9  # of a weight in points: Elasticsearch keeps so many of a number it sorts people by
MAX_POINTS = (1 << BITS) - 1
FIRST_GROUP = 2.0  # how much more the words that were typed count than other words for them
NEARLY = 1e-6  # what a product of floats may be off
GONE = "gone"  # present only in a tombstone


class SearchDown(Exception):
    """The engine cannot answer now: show the page without search."""


@dataclass(frozen=True)
class Field:
    """One field of a document.

    ``kind``: keyword (one or many exact values), tokens (words cut by us), number, date (one value each), weights
    (tags, each with a weight). ``boost``: how much a word here counts. ``scale``: weights are stored as whole points,
    so many per 1.0, and compared as such.
    """

    kind: str
    boost: float = 1.0
    scale: float = 10.0


@dataclass(frozen=True)
class Schema:
    """The fields of an index."""

    name: str
    fields: Mapping[str, Field]

    @property
    def mark(self) -> str:
        """Part of every index's name; it changes when the index must be rebuilt."""
        text = repr(sorted((name, (f.kind, f.scale, BITS)) for name, f in self.fields.items()))
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    def kind(self, name: str, *kinds: str) -> Field:
        """The field of that name. Raises ValueError where it is not of one of these kinds."""
        found = self.fields.get(name)
        if found is None or found.kind not in kinds:
            raise ValueError(f"{self.name}.{name} is not one of {kinds}")
        return found

    def named(self, kind: str) -> list[str]:
        """The names of all fields of a kind."""
        return [name for name, f in self.fields.items() if f.kind == kind]

    def points(self, name: str, weight: float) -> int:
        """A weight in whole points, 1 to 511; rounded down, so that no minimum lets in who is below it."""
        return min(MAX_POINTS, max(1, math.floor(weight * self.fields[name].scale + NEARLY)))

    def least_points(self, name: str, minimum: float) -> int:
        """The fewest points of a weight that is at least so much."""
        return max(1, math.ceil(minimum * self.fields[name].scale - NEARLY))

    def encode(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Plain checked values: lists of text, floats, milliseconds, {tag: points}. Empty ones are left out.

        Raises ValueError for an unknown field or a value of another kind.
        """
        out: dict[str, Any] = {}
        for name, value in values.items():
            found = self.fields.get(name)
            if found is None:
                raise ValueError(f"{self.name} has no field {name}")
            if value is not None and value not in ("", [], {}, ()):
                out[name] = self._encoded(name, found, value)
        return {name: value for name, value in out.items() if value not in ("", [], {})}

    def _encoded(self, name: str, found: Field, value: Any) -> Any:
        if found.kind == KEYWORD:
            many = [value] if isinstance(value, str) else value
            return list(dict.fromkeys(check_str(v)[:MAX_VALUE] for v in many if v))
        if found.kind == TOKENS:
            return " ".join(check_str(t)[:MAX_TOKEN] for word in value for t in word.split())
        if found.kind == NUMBER:
            return check_number(value)
        if found.kind == DATE:
            return millis(value)
        return {check_tag(tag): self.points(name, check_number(w)) for tag, w in value.items() if w > 0}

    def levels(self, name: str, tag: str, minimum: float) -> list[str]:
        """The terms of which a tag that weighs at least so much bears one: see ``levels_of``."""
        found, low = [], self.least_points(name, minimum)
        while low <= MAX_POINTS:
            span = low & -low  # the widest that begins here
            found.append(level(tag, span, low // span))
            low += span
        return found

    def row(self, document: Doc) -> dict[str, Any]:
        """The fields an engine stores for a document, weights with their levels; of a tombstone only its mark."""
        if document.values is None:
            return {"tie": tie(document.id), GONE: "y"}
        row = {**self.encode(document.values), "tie": tie(document.id)}
        for name in self.named(WEIGHTS):
            if name in row:
                weights = row[name]
                row[name] = list(weights)
                row[f"{name}_lv"] = [term for tag, points in weights.items() for term in levels_of(tag, points)]
                row[f"{name}_w"] = weights
        return row


@lru_cache(100_000)
def levels_of(tag: str, points: int) -> list[str]:
    """The spans of points, 1 wide, 2 wide, 4 wide ..., in which a weight lies, as terms.

    Any minimum is a few spans side by side: the trie of U. Schindler & M. Diepenbroek, "Generic XML-based framework
    for metadata portals", Computers & Geosciences 34, 2008, 1947-1955, in base two. No minimum begins in the first
    span of a width, so that has no term.
    """
    return [level(tag, 1 << bit, points >> bit) for bit in range(BITS) if points >> bit]


def level(tag: str, span: int, number: int) -> str:
    """The term that stands for "this tag weighs so much", within a span of points."""
    return f"{tag}>{span}:{number}"


def check_str(value: Any) -> str:
    """Text without NUL and lone surrogates. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError(f"not text: {value!r}")  # noqa: TRY004 - one error for all bad values of a document
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "").encode("utf-8", "ignore").decode()


@lru_cache(100_000)
def check_tag(value: str) -> str:
    """A tag that both engines can name in a query. Raises ValueError for others."""
    value = check_str(value)
    if not value or len(value) > MAX_VALUE or set(value) & set(".>\\\1"):
        raise ValueError(f"not a tag: {value!r}")
    return value


def check_number(value: Any) -> float:
    """A finite number. Raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"not a number: {value!r}")
    return float(value)


def millis(value: Any) -> int:
    """An instant in milliseconds since 1970. Raises ValueError without a zone."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"not a time with a zone: {value!r}")
    return round(value.timestamp() * 1000)


@lru_cache(100_000)
def tie(document_id: str) -> int:
    """The last sort key everywhere: 53 bits, so that JSON readers keep it exact."""
    return int.from_bytes(hashlib.blake2b(document_id.encode(), digest_size=8).digest()) >> 11


@dataclass(frozen=True)
class Doc:
    """A document. ``values`` None: deleted, kept as a tombstone so that no older version returns."""

    id: str
    version: int
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class Query:
    """A question.

    ``words``: every token, in any tokens field. ``either``: of each entry at least one of its groups of tokens, the
    first of them counting twice. ``starts``: (tokens field, beginning of a token). ``must`` all,
    ``any`` at least one, ``none`` not one of the values. ``least``: {weights field: {tag: minimum}}. ``ranges``: from
    (with) to (without), None is open. ``facets``: how many values, or borders of ranges. ``sort``: '' by relevance,
    'field', '-field', or '-weights:tag' (only those who have the tag). Pages count from 1.
    """

    words: tuple[str, ...] = ()
    either: tuple[tuple[tuple[str, ...], ...], ...] = ()
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
        return bool(self.words or self.either)

    @property
    def window(self) -> tuple[int, int]:
        """First and one past the last hit of the page. Raises ValueError out of reach."""
        start = (max(1, self.page) - 1) * self.size
        if self.size < 1 or start + self.size > MAX_WINDOW:
            raise ValueError("page out of reach")
        return start, start + self.size

    @property
    def sort_field(self) -> tuple[str, str]:
        """The field sorted by and, for weights, the tag."""
        name, _, tag = self.sort.lstrip("-").partition(":")
        return name, tag

    def checked(self, schema: Schema) -> Query:
        """This query, if the schema can answer it. Raises ValueError otherwise."""
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
            schema.kind(self.starts[0], TOKENS)
        name, tag = self.sort_field
        if tag:
            schema.kind(name, WEIGHTS)
        elif name:
            schema.kind(name, NUMBER, DATE)
        _ = self.window

    def without(self, facet: str) -> Query:
        """The same question without this facet's own choice: a facet over values is counted without it."""
        return replace(self, any={name: values for name, values in self.any.items() if name != facet})


@dataclass(frozen=True)
class Result:
    """An answer: how many match, the ids of the page, their scores (by relevance only), facets as (value, count)."""

    total: int
    ids: list[str]
    scores: list[float] = field(default_factory=list)
    facets: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)


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
        """Answer. Raises SearchDown, and ValueError for a question the schema cannot answer."""

    def ids(self, query: Query) -> Iterator[str]:
        """All matching ids in tie order. Raises SearchDown."""

    def rebuild(self, docs: Iterable[Doc], tail: Iterable[Doc] = ()) -> Report:
        """Fill a new index aside, apply ``tail`` with the version guard, then switch all readers at once."""

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
