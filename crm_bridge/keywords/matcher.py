"""Finding keywords in text: longest match over words (Latin, by stem) and characters (Han)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from community.search.api import is_han, pieces


def units(text: str) -> Iterator[str]:
    """A text as the units terms are made of: stems of Latin words, single Han characters."""
    for piece in pieces(text):
        if is_han(piece):
            yield from piece
        else:
            yield piece


@dataclass
class _Node:
    """One unit further on the way of a term; ``codes`` where a term ends (none for an exclusion)."""

    next: dict[str, _Node] = field(default_factory=dict)
    codes: tuple[str, ...] | None = None


class Matcher:
    """A vocabulary compiled to a tree.

    Terms are (text, code); an empty code swallows its text. A term may stand for several keywords (发动机: engine and
    power); a term of one keyword that another excludes stays a term.
    """

    def __init__(self, terms: Iterable[tuple[str, str]]) -> None:
        self._root = _Node()
        for text, code in terms:
            self._add(tuple(units(text)), code)

    def _add(self, path: tuple[str, ...], code: str) -> None:
        if not path:
            return
        node = self._root
        for unit in path:
            node = node.next.setdefault(unit, _Node())
        known = node.codes or ()
        node.codes = (*known, code) if code and code not in known else known

    def find(self, term: str) -> str | None:
        """The first code a whole term stands for, in any language."""
        sequence = list(units(term))
        codes, length = self._longest(sequence, 0)
        return codes[0] if codes and length == len(sequence) else None

    def count(self, text: str) -> Counter[str]:
        """How often each keyword occurs; a longer term hides the shorter ones in it."""
        sequence = list(units(text))
        found: Counter[str] = Counter()
        at = 0
        while at < len(sequence):
            codes, length = self._longest(sequence, at)
            found.update(codes)
            at += length
        return found

    def _longest(self, sequence: list[str], at: int) -> tuple[tuple[str, ...], int]:
        node, length = self._root, 1
        best: tuple[str, ...] = ()
        for step in range(at, len(sequence)):
            following = node.next.get(sequence[step])
            if following is None:
                break
            node = following
            if node.codes is not None:
                best, length = node.codes, step - at + 1
        return best, length
