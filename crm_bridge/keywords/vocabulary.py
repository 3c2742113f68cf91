"""The vocabulary in use: compiled once a version and process."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F

from community.search.api import is_han, normalise, pieces, stem
from crm_bridge.keywords.matcher import Matcher, units, words
from crm_bridge.models import Keyword, Synonym, VocabularyVersion

LONGEST_NAME = 60
LIKE = 0.6
SHORTEST_PART = 3


@dataclass(frozen=True)
class Vocabulary:
    """All keywords in use with their matcher.

    ``alone``: names that are meant only where nothing stands beside them. ``texts``: all terms, one a line; ``stems``:
    those of their Latin words. ``plain`` and ``rare``: words of texts, as far as was asked whether they are unknown.
    """

    version: int
    keywords: dict[str, Keyword]
    matcher: Matcher
    alone: dict[tuple[str, ...], str] = field(default_factory=dict)
    texts: str = ""
    stems: frozenset[str] = frozenset()
    plain: set[str] = field(default_factory=set)
    rare: set[str] = field(default_factory=set)

    def find(self, term: str) -> Keyword | None:
        """The keyword a term stands for: its code, a name or a synonym, in any language, singular or plural."""
        codes = (term, "-".join(words(term)), self.matcher.find(term) or "", self.alone.get(tuple(units(term)), ""))
        return next((self.keywords[code] for code in codes if code in self.keywords), None)

    def capture(self, text: str) -> Counter[str]:
        """The keywords a text is about, with how often each occurs; also one that is all of it."""
        found = self.matcher.count(text)
        if not found and len(text) <= LONGEST_NAME and (keyword := self.find(text)):
            found[keyword.code] = 1
        return found


_LOCK = threading.Lock()
_held: Vocabulary | None = None


def vocabulary() -> Vocabulary:
    """The current vocabulary; one small query tells whether the compiled one is still good."""
    global _held  # noqa: PLW0603 - one compiled vocabulary a process
    seen = _held  # before the query: who then waits long can tell that somebody compiled meanwhile
    version = VocabularyVersion.objects.values_list("number", flat=True).first() or 0
    if seen is not None and seen.version == version:
        return seen
    with _LOCK:
        held = _held
        # A version also goes back, when a transaction does; but not over what another thread compiled meanwhile.
        if held is None or held is seen or held.version < version:
            held = _held = _compiled(version)
        return held


def _compiled(version: int) -> Vocabulary:
    keywords = {keyword.code: keyword for keyword in Keyword.objects.filter(active=True)}
    names = [(name, k.code) for k in keywords.values() for name in (k.name_zh, k.name_en)]
    synonyms = Synonym.objects.filter(keyword__in=keywords).values_list("text", "keyword_id", "exclusion")
    # A name that its own keyword excludes is meant only alone: 大众 is a brand, in a text the public.
    excluded = {(tuple(units(text)), code) for text, code, exclusion in synonyms if exclusion}
    alone = {path: code for name, code in names if ((path := tuple(units(name))), code) in excluded}
    terms = [(name, code) for name, code in names if (tuple(units(name)), code) not in excluded]
    terms += [(text, "" if exclusion else code) for text, code, exclusion in synonyms]
    texts = normalise("\n".join(text for text, _code in (*names, *terms)))
    stems = frozenset(stem(piece) for piece in pieces(texts) if not is_han(piece))
    return Vocabulary(version, keywords, Matcher(terms), alone, texts, stems)


def lock_vocabulary() -> None:
    """Have other changes of the vocabulary wait until the transaction ends: what is read from now on stays true."""
    if not VocabularyVersion.objects.exists():
        VocabularyVersion.objects.get_or_create(pk=1)
    list(VocabularyVersion.objects.select_for_update())


def vocabulary_changed() -> None:
    """Have every process compile anew; call it in the transaction of the change."""
    if not VocabularyVersion.objects.update(number=F("number") + 1):
        VocabularyVersion.objects.get_or_create(pk=1)


def find(term: str) -> Keyword | None:
    """The keyword a term stands for: its code, a name or a synonym, in any language, singular or plural."""
    return vocabulary().find(term)


def capture(text: str) -> Counter[str]:
    """The keywords a text is about, with how often each occurs."""
    return vocabulary().capture(text)


def nearest(
    term: str, limit: int = 3, *, codes: bool = True, kind: str = "", words: Vocabulary | None = None
) -> list[str]:
    """Names, and codes if wanted, close to a term nobody knows: each keyword, of a kind, under the closest name."""
    wanted = term.lower()
    close = []
    for keyword in (words or vocabulary()).keywords.values():
        if kind and keyword.kind != kind:
            continue
        names = (keyword.name_en, keyword.name_zh, *((keyword.code,) if codes else ()))
        # Of two that are as close, the one that is shown.
        likeness, at = max((_likeness(wanted, name.lower()), -at) for at, name in enumerate(names))
        if likeness >= LIKE:
            close.append((-likeness, len(names[-at]), names[-at]))
        elif part := next((name for name in names if _is_part(wanted, name.lower())), ""):
            close.append((0.0, len(part), part))
    return [name for _likeness, _length, name in sorted(close)[:limit]]


def _likeness(one: str, other: str) -> float:
    """One less the share of characters to change, put in or leave out; 0 where it is too little to matter."""
    longest = max(len(one), len(other), 1)
    most = (1 - LIKE) * longest
    if abs(len(one) - len(other)) > most:
        return 0.0
    row = list(range(len(other) + 1))
    for at, character in enumerate(one, 1):
        before, row[0] = row[0], at
        for i, another in enumerate(other, 1):
            before, row[i] = row[i], min(row[i] + 1, row[i - 1] + 1, before + (character != another))
        if min(row) > most:
            return 0.0
    return 1 - row[-1] / longest


def _is_part(term: str, name: str) -> bool:
    """Whether a name has the term in it: Latin letters as the beginning of a word, and at least three."""
    if not term.isascii():
        return term in name
    return len(term) >= SHORTEST_PART and any(word.startswith(term) for word in re.split(r"[\s-]", name))


def known_labels(codes: Iterable[str]) -> dict[str, str]:
    """The names of those that are keywords, in the reader's language."""
    known = vocabulary().keywords
    return {code: known[code].name for code in codes if code in known}


def labels(codes: Iterable[str]) -> dict[str, str]:
    """The names of keywords in the reader's language; a retired one shows its code."""
    known = vocabulary().keywords
    return {code: known[code].name if code in known else code for code in codes}
