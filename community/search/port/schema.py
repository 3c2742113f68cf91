"""What a document is: its fields, and its values as both engines take them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

KEYWORD, TOKENS, NUMBER, DATE, WEIGHTS = "keyword", "tokens", "number", "date", "weights"
MAX_VALUE, MAX_TOKEN = 200, 60
BITS = 9  # of a weight in points: Elasticsearch keeps so many of a number it sorts people by
MAX_POINTS = (1 << BITS) - 1
NEARLY = 1e-6  # what a product of floats may be off
GONE = "gone"  # present only in a tombstone
DIGEST = "digest"  # part of the mark: one that is worked out otherwise needs another name


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


class BadValue(ValueError):
    """A field does not take its value. Says which field, never the value: that may be a member's words."""


def why(error: Exception) -> str:
    """What is wrong with a document, for those who run the site: the words of others may quote its values."""
    return str(error) if isinstance(error, BadValue) else type(error).__name__


@dataclass(frozen=True)
class Schema:
    """The fields of an index."""

    name: str
    fields: Mapping[str, Field]

    @property
    def mark(self) -> str:
        """Part of every index's name; it changes when the index must be rebuilt."""
        text = repr((sorted((name, (f.kind, f.scale, BITS)) for name, f in self.fields.items()), DIGEST))
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

        Raises BadValue for an unknown field or a value of another kind.
        """
        out: dict[str, Any] = {}
        for name, value in values.items():
            found = self.fields.get(name)
            if found is None:
                raise BadValue(f"no field {name}")
            if value is not None and value not in ("", [], {}, ()):
                try:
                    out[name] = self._encoded(name, found, value)
                except (TypeError, ValueError, AttributeError) as error:
                    raise BadValue(f"{type(error).__name__} in {name} ({found.kind})") from error
        return {name: value for name, value in out.items() if value not in ("", [], {})}

    def _encoded(self, name: str, found: Field, value: Any) -> Any:
        if found.kind == KEYWORD:
            many = [value] if isinstance(value, str) else value
            return list(dict.fromkeys(check_str(v)[:MAX_VALUE] for v in many if v))
        if found.kind == TOKENS:
            return tokens_of(value)
        if found.kind == NUMBER:
            return check_number(value)
        if found.kind == DATE:
            return millis(value)
        return {check_tag(tag): self.points(name, check_number(w)) for tag, w in value.items() if w > 0}

    def digest(self, values: Mapping[str, Any]) -> int:
        """A short hash of all an engine takes from a document's values, in 53 bits. Raises BadValue.

        The order of words and of values does not count: no engine keeps it.
        """
        return self._digest_of(self.encode(values))

    def _digest_of(self, encoded: Mapping[str, Any]) -> int:
        plain = {name: self._unordered(name, value) for name, value in encoded.items()}
        return short_hash(json.dumps(plain, sort_keys=True))

    def _unordered(self, name: str, value: Any) -> Any:
        kind = self.fields[name].kind
        return sorted(value.split() if kind == TOKENS else value) if kind in (TOKENS, KEYWORD) else value

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
        values = self.encode(document.values)
        row = {**values, "tie": tie(document.id), DIGEST: self._digest_of(values)}
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


def tokens_of(words: Iterable[Any]) -> str:
    """Tokens as one text. Raises ValueError or TypeError for what is no text."""
    found = check_str(" ".join(words)).split()
    return " ".join([token[:MAX_TOKEN] for token in found])


def check_str(value: Any) -> str:
    """Text without NUL and lone surrogates. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - one error for all bad values of a document
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "").encode("utf-8", "ignore").decode()


@lru_cache(100_000)
def check_tag(value: str) -> str:
    """A tag that both engines can name in a query. Raises ValueError for others."""
    value = check_str(value)
    if not value or len(value) > MAX_VALUE or set(value) & set(".>\\\1"):
        raise ValueError("not a tag")
    return value


def check_number(value: Any) -> float:
    """A finite number. Raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def millis(value: Any) -> int:
    """An instant in milliseconds since 1970. Raises ValueError without a zone."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("not a time with a zone")
    return round(value.timestamp() * 1000)


@lru_cache(100_000)
def tie(document_id: str) -> int:
    """The last sort key everywhere."""
    return short_hash(document_id)


def short_hash(text: str) -> int:
    """53 bits, so that JSON readers keep it exact."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 11


@dataclass(frozen=True)
class Doc:
    """A document. ``values`` None: deleted, kept as a tombstone so that no older version returns."""

    id: str
    version: int
    values: Mapping[str, Any] | None
