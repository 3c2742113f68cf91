"""Finding keywords in text: longest match over words (Latin, in singular and plural) and characters (Han)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from community.search.api import is_han, pieces

SHORTEST_PLURAL = 4  # abs, gps and bus are no plurals
ODD = {"skis": "ski", "taxis": "taxi"}
QUOTES = {'"': '"', "“": "”"}


def words(text: str) -> list[str]:
    """A text as its Latin words, in lower case, and single Han characters."""
    found: list[str] = []
    for piece in pieces(text):
        if is_han(piece):
            found += piece
        else:
            found.append(piece)
    return found


def units(text: str) -> list[str]:
    """A text as the units terms are made of: Latin words in the singular, single Han characters."""
    return [singular(word) for word in words(text)]


def bare(term: str) -> str:
    """A term without the quotation marks that say it is meant in this form only."""
    return term[1:-1] if QUOTES.get(term[:1]) == term[-1:] else term


@lru_cache(100_000)
def singular(word: str) -> str:
    """An English word without the ending of its plural; what is none stays as it is, or loses the same ending always.

    The search index uses stems, which is too far for saying what somebody cares about: the stem of fitness is fit, of
    parking park, of an alternator an alternative, and of the looks of a car looking.
    """
    if len(word) < SHORTEST_PLURAL or not (word.isascii() and word.isalpha()):
        return word
    if word in ODD:
        return ODD[word]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("ie"):
        return f"{word[:-2]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")


@dataclass
class _Node:
    """One unit further on the way of a term.

    ``codes`` where a term ends (none for an exclusion), ``exact`` the same for words exactly as they are written.
    """

    next: dict[str, _Node] = field(default_factory=dict)
    codes: tuple[str, ...] | None = None
    exact: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)


class Matcher:
    """A vocabulary compiled to a tree.

    Terms are (text, code); an empty code swallows its text. A term may stand for several keywords (发动机: engine and
    power); a term of one keyword that another excludes stays a term. A term in quotation marks is that form only:
    "looks" are no look.
    """

    def __init__(self, terms: Iterable[tuple[str, str]]) -> None:
        self._root = _Node()
        for text, code in terms:
            self._add(text.strip(), code)

    def _add(self, text: str, code: str) -> None:
        path = words(text)
        if not path:
            return
        node = self._root
        for word in path:
            node = node.next.setdefault(singular(word), _Node())
        if bare(text) != text:
            written = tuple(path)
            node.exact[written] = _with(node.exact.get(written), code)
        else:
            node.codes = _with(node.codes, code)

    def find(self, term: str) -> str | None:
        """The first code a whole term stands for, in any language."""
        sequence = words(term)
        codes, length = self._longest(sequence, [singular(word) for word in sequence], 0)
        return codes[0] if codes and length == len(sequence) else None

    def count(self, text: str) -> Counter[str]:
        """How often each keyword occurs; a longer term hides the shorter ones in it."""
        return Counter(code for codes, _said in self.terms(text) for code in codes)

    def terms(self, text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Each term in a text: what it stands for, and its words as they are written."""
        sequence, found = self.spans(text)
        yield from ((codes, tuple(sequence[start:end])) for codes, start, end in found)

    def spans(self, text: str) -> tuple[list[str], Iterator[tuple[tuple[str, ...], int, int]]]:
        """The words of a text, and each term in them: what it stands for, its first word and the one after it."""
        sequence = words(text)
        return sequence, self._spans(sequence)

    def _spans(self, sequence: list[str]) -> Iterator[tuple[tuple[str, ...], int, int]]:
        singulars, beginnings = [singular(word) for word in sequence], self._root.next
        at = 0
        while at < len(sequence):
            if singulars[at] not in beginnings:  # most words
                at += 1
                continue
            codes, length = self._longest(sequence, singulars, at)
            if codes:
                yield codes, at, at + length
            at += length

    def _longest(self, sequence: list[str], singulars: list[str], at: int) -> tuple[tuple[str, ...], int]:
        node, length = self._root, 1
        best: tuple[str, ...] = ()
        for step in range(at, len(sequence)):
            following = node.next.get(singulars[step])
            if following is None:
                break
            node = following
            exact = node.exact.get(tuple(sequence[at : step + 1])) if node.exact else None
            if node.codes is not None or exact is not None:
                best, length = tuple(dict.fromkeys((*(node.codes or ()), *(exact or ())))), step - at + 1
        return best, length


def _with(codes: tuple[str, ...] | None, code: str) -> tuple[str, ...]:
    known = codes or ()
    return (*known, code) if code and code not in known else known
