"""Other words for the terms of a search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from community.search.api import Meaning, is_han
from crm_bridge.keywords.matcher import bare, units, words
from crm_bridge.keywords.vocabulary import nearest, vocabulary
from crm_bridge.models import Keyword, Synonym

MOST_NEAR = 6


def meanings(text: str) -> list[Meaning]:
    """What the keywords in a query are called otherwise: first in the other language, then by their synonyms."""
    held = vocabulary()
    found = {codes[0]: said for codes, said in held.matcher.terms(text)}
    if not found and (whole := held.find(text)):
        found = {whole.code: tuple(words(text))}
    if not found:
        return []
    names = said_of(held.keywords[code] for code in found)
    return [Meaning(said, _others(names[code], said)) for code, said in found.items()]


def said_of(keywords: Iterable[Keyword]) -> dict[str, list[str]]:
    """All that keywords are called, by their code: the names first, then the synonyms; one query."""
    found = {keyword.code: [keyword.name_en, keyword.name_zh] for keyword in keywords}
    synonyms: dict[str, list[str]] = defaultdict(list)
    rows = Synonym.objects.filter(keyword__in=found, exclusion=False).order_by("pk")
    for code, word in rows.values_list("keyword_id", "text"):
        synonyms[code].append(bare(word))
    return {code: [*names, *synonyms[code]] for code, names in found.items()}


def _others(names: Iterable[str], said: tuple[str, ...]) -> tuple[str, ...]:
    """The words that are not the term itself, each once, those of the other language first."""
    different: dict[tuple[str, ...], str] = {}
    for word in names:
        different.setdefault(tuple(units(word)), word)
    different.pop(tuple(units(" ".join(said))), None)
    chinese = any(is_han(unit) for unit in said)
    return tuple(sorted(different.values(), key=lambda word: _is_chinese(word) == chinese))


def _is_chinese(word: str) -> bool:
    return any(is_han(unit) for unit in units(word))


def near(text: str) -> list[str]:
    """Keywords whose names are close to words nobody has written, in the reader's language; not those that are said."""
    held = vocabulary()
    said = set(held.capture(text))
    found = [keyword for name in nearest(text, MOST_NEAR) if (keyword := held.find(name)) and keyword.code not in said]
    return list(dict.fromkeys(keyword.name for keyword in found))
