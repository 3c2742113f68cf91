"""The vocabulary in use: compiled once a version and process."""

from __future__ import annotations

import difflib
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from crm_bridge.keywords.matcher import Matcher, words
from crm_bridge.models import Keyword, Synonym, VocabularyVersion


@dataclass(frozen=True)
class Vocabulary:
    """All keywords in use with their matcher."""

    version: int
    keywords: dict[str, Keyword]
    matcher: Matcher

    def find(self, term: str) -> Keyword | None:
        """The keyword a term stands for: its code, a name or a synonym, in any language, singular or plural."""
        codes = (term, "-".join(words(term)), self.matcher.find(term) or "")
        return next((self.keywords[code] for code in codes if code in self.keywords), None)


_LOCK = threading.Lock()
_held: Vocabulary | None = None


def vocabulary() -> Vocabulary:
    """The current vocabulary; one small query tells whether the compiled one is still good."""
    global _held  # noqa: PLW0603 - one compiled vocabulary a process
    version = VocabularyVersion.objects.values_list("number", flat=True).first() or 0
    held = _held
    if held is None or held.version != version:
        with _LOCK:
            held = _held = _compiled(version)
    return held


def _compiled(version: int) -> Vocabulary:
    keywords = {keyword.code: keyword for keyword in Keyword.objects.filter(active=True)}
    terms = [(name, k.code) for k in keywords.values() for name in (k.name_zh, k.name_en)]
    synonyms = Synonym.objects.filter(keyword__in=keywords).values_list("text", "keyword_id", "exclusion")
    terms += [(text, "" if exclusion else code) for text, code, exclusion in synonyms]
    return Vocabulary(version, keywords, Matcher(terms))


def vocabulary_changed() -> None:
    """Have every process compile anew; call it in the transaction of the change."""
    if not VocabularyVersion.objects.update(number=F("number") + 1):
        VocabularyVersion.objects.create()


def forget_vocabulary() -> None:
    """Forget the compiled vocabulary: tests begin anew."""
    global _held  # noqa: PLW0603 - see vocabulary()
    _held = None


def find(term: str) -> Keyword | None:
    """The keyword a term stands for: its code, a name or a synonym, in any language, singular or plural."""
    return vocabulary().find(term)


def capture(text: str) -> Counter[str]:
    """The keywords a text is about, with how often each occurs."""
    return vocabulary().matcher.count(text)


def nearest(term: str, limit: int = 3, *, codes: bool = True) -> list[str]:
    """Names, and codes if wanted, close to a term nobody knows, for a helpful message."""
    keywords = vocabulary().keywords.values()
    names = {name.lower(): name for k in keywords for name in (k.name_en, k.name_zh, *([k.code] if codes else []))}
    close = difflib.get_close_matches(term.lower(), names, n=limit, cutoff=0.5)
    contained = [name for key, name in names.items() if term.lower() in key]
    return list(dict.fromkeys([*(names[key] for key in close), *contained]))[:limit]


def close_to(term: str, *, limit: int = 3, codes: bool = False) -> list[str]:
    """The nearest names, and codes if wanted, one a keyword."""
    names: dict[str, str] = {}
    for name in nearest(term, limit=2 * limit, codes=codes):
        meant = find(name)
        if meant:
            names.setdefault(meant.code, name)
    return list(names.values())[:limit]


def known_labels(codes: Iterable[str]) -> dict[str, str]:
    """The names of those that are keywords, in the reader's language."""
    known = vocabulary().keywords
    return {code: known[code].name for code in codes if code in known}


def labels(codes: Iterable[str]) -> dict[str, str]:
    """The names of keywords in the reader's language; a retired one shows its code."""
    known = vocabulary().keywords
    return {code: known[code].name if code in known else code for code in codes}
