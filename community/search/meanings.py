"""Other words for what somebody searches for, from whoever keeps a vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from community.kernel.api import contributions
from community.search.text import is_han, pairs, query_tokens, stem

MOST_MEANINGS, MOST_WORDS = 3, 12


@dataclass(frozen=True)
class Meaning:
    """A term of a query and other words for it, the most telling first.

    ``said`` are the term's words as they are written: Latin ones in lower case and single Han characters, in order.
    """

    said: tuple[str, ...]
    also: tuple[str, ...]

    def in_query(self, tokens: Sequence[str]) -> list[str]:
        """The tokens of a query that belong to the term.

        A query is cut by words, so they may be fewer than its pairs, and single characters where no word is known.
        """
        runs: list[str] = []
        for unit, before in zip(self.said, ("", *self.said), strict=False):
            if is_han(unit) and before and is_han(before):
                runs[-1] += unit
            else:
                runs.append(stem(unit))
        own = [token for run in runs for token in (pairs(run) if is_han(run) and len(run) > 1 else [run])]
        singles = {unit for unit in self.said if is_han(unit)}
        return [token for token in tokens if token in own or token in singles] or own


def meanings_of(text: str, *, without: Collection[str] = ()) -> list[Meaning]:
    """What else the terms of a query are called, leaving out words somebody does not want."""
    found: Iterable[Meaning] = (one for part in contributions("search.meanings", text) for one in part)
    kept = [replace(one, also=tuple(word for word in one.also if word not in without)[:MOST_WORDS]) for one in found]
    return [one for one in kept if one.also][:MOST_MEANINGS]


def asked(
    tokens: Sequence[str], meanings: Sequence[Meaning]
) -> tuple[list[str], tuple[tuple[tuple[str, ...], ...], ...]]:
    """The tokens every hit must have, and for each term the groups of which one is enough."""
    said = [one.in_query(tokens) for one in meanings]
    others = [[tuple(found) for word in one.also if (found := query_tokens(word))] for one in meanings]
    taken = {token for own in said for token in own}
    either = tuple((tuple(own), *groups) for own, groups in zip(said, others, strict=True))
    return [token for token in tokens if token not in taken], either
