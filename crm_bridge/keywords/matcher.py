"""Finding keywords in text: longest match over words (Latin, by stem) and characters (Han)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from community.search.api import normalise, stem
from community.search.text import PIECE, is_han


def units(text: str) -> Iterator[str]:
    """A text as the units terms are made of: stems of Latin words, single Han characters."""
    for piece in PIECE.findall(normalise(text)):
        if is_han(piece):
            yield from piece
        else:
            yield stem(piece)


@dataclass
class _Node:
    """One unit further on the way of a term; ``code`` where a term ends ('' for an exclusion)."""

    next: dict[str, _Node] = field(default_factory=dict)
    code: str | None = None


class Matcher:
    """A vocabulary compiled to a tree. Terms are (text, code); an empty code swallows its text."""

    def __init__(self, terms: Iterable[tuple[str, str]]) -> None:
        self._root = _Node()
        self._exact: dict[tuple[str, ...], str] = {}
        for text, code in terms:
            self._add(tuple(units(text)), code)

    def _add(self, path: tuple[str, ...], code: str) -> None:
        if not path:
            return
        node = self._root
        for unit in path:
            node = node.next.setdefault(unit, _Node())
        if node.code is None or not code:
            node.code = code
        if code:
            self._exact.setdefault(path, code)

    def find(self, term: str) -> str | None:
        """The code a whole term stands for, in any language."""
        return self._exact.get(tuple(units(term)))

    def count(self, text: str) -> Counter[str]:
        """How often each keyword occurs; a longer term hides the shorter ones in it."""
        sequence = list(units(text))
        found: Counter[str] = Counter()
        at = 0
        while at < len(sequence):
            code, length = self._longest(sequence, at)
            if code:
                found[code] += 1
            at += length
        return found

    def _longest(self, sequence: list[str], at: int) -> tuple[str | None, int]:
        node, best, length = self._root, None, 1
        for step in range(at, len(sequence)):
            following = node.next.get(sequence[step])
            if following is None:
                break
            node = following
            if node.code is not None:
                best, length = node.code, step - at + 1
        return best, length
