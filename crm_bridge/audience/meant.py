"""Free words of a question that are called so in the vocabulary: they ask for those who care about it, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import pgettext

from community.search.api import is_han, pieces, query_tokens, query_words, tokens
from crm_bridge.audience.named import Names
from crm_bridge.keywords.matcher import units
from crm_bridge.models import Keyword

MOST = 20  # terms, as a query has at most so many words


@dataclass(frozen=True)
class Meant:
    """A term as it is written, but in lower case, and what it is a name or a synonym of."""

    said: str
    keywords: tuple[Keyword, ...]

    @property
    def names(self) -> list[str]:
        """What these are called, in both languages."""
        return [name for keyword in self.keywords for name in (keyword.name_en, keyword.name_zh)]

    @property
    def shown(self) -> str:
        """What these are called in the reader's language."""
        return pgettext("between", " or ").join(keyword.name for keyword in self.keywords)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The tokens of the term and of each name: documents hold the names of what somebody cares about."""
        found = (tuple(query_tokens(text)) for text in (self.said, *self.names))
        return tuple(dict.fromkeys(group for group in found if group))


@dataclass(frozen=True)
class Words:
    """Free words: the ``terms`` the vocabulary knows, the longest there are, and the ``rest``."""

    typed: str
    terms: tuple[Meant, ...]
    rest: str

    @property
    def codes(self) -> set[str]:
        """The keywords of all terms."""
        return {keyword.code for term in self.terms for keyword in term.keywords}

    @cached_property
    def plain(self) -> list[str]:
        """All words as they are written."""
        return query_words(self.typed)

    def seen_in(self, text: str) -> list[str]:
        """The words to look for in a text: as they are written, and of names that stand there as a whole."""
        there = set(tokens(text)) if self.terms else set()
        names = (name for term in self.terms for name in term.names if set(query_tokens(name)) <= there)
        return [*self.plain, *(word for name in names for word in query_words(name))]


def words_of(words: Sequence[str], names: Names | None = None) -> Words:
    """The free words of a line; many lines with the ``names`` they were read with."""
    typed = " ".join(words)
    if not typed:
        return Words("", (), "")
    held = (names or Names()).vocabulary
    run_of = [at for at, piece in enumerate(pieces(typed)) for _unit in (piece if is_han(piece) else (piece,))]
    sequence, spans = held.matcher.spans(typed)
    found: dict[str, Meant] = {}
    taken: set[int] = set()
    for codes, start, end in spans:
        said = _written(sequence[start:end])
        if said not in found and len(found) == MOST:
            continue  # the others are words as any
        found.setdefault(said, Meant(said, tuple(_named_so(said, (held.keywords[code] for code in codes)))))
        taken.update(range(start, end))
    if not found and (whole := held.find(typed)):
        return Words(typed, (Meant(typed, (whole,)),), "")
    return Words(typed, tuple(found.values()), " ".join(_runs(sequence, run_of, taken)))


def _named_so(said: str, keywords: Iterable[Keyword]) -> list[Keyword]:
    """Of what a term may stand for, that of which it is a name; all, where it is only a synonym."""
    known, path = list(keywords), units(said)
    return [one for one in known if path in (units(one.name_en), units(one.name_zh))] or known


def _written(sequence: Sequence[str]) -> str:
    """Words as a text: a space only between two that are not Chinese."""
    text = ""
    for word in sequence:
        text += f" {word}" if text and not is_han(word) and not is_han(text[-1]) else word
    return text


def _runs(sequence: Sequence[str], run_of: Sequence[int], taken: set[int]) -> Iterator[str]:
    """What no term takes: words, and characters that stand side by side as one."""
    run = ""
    for at, word in enumerate(sequence):
        if run and (at in taken or run_of[at] != run_of[at - 1]):
            yield run
            run = ""
        run += "" if at in taken else word
    if run:
        yield run
