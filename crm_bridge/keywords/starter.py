"""The vocabulary an installation begins with: files in ``words/``, one table a kind, one entry a keyword."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from crm_bridge.keywords.vocabulary import lock_vocabulary, vocabulary_changed
from crm_bridge.models import Keyword, KeywordKind, StarterTerm, Synonym, VocabularyVersion

FOLDER = Path(__file__).parent / "words"
FIELDS = {"en", "zh", "also", "not"}
TABLES = (Keyword, Synonym, StarterTerm, VocabularyVersion)


@dataclass(frozen=True, kw_only=True)
class StarterKeyword:
    """One keyword of a file."""

    code: str
    kind: str
    name_en: str
    name_zh: str
    synonyms: tuple[str, ...]
    exclusions: tuple[str, ...]

    @property
    def terms(self) -> dict[str, bool]:
        """Every further word with whether it is an exclusion."""
        return {**dict.fromkeys(self.exclusions, True), **dict.fromkeys(self.synonyms, False)}


Progress = Callable[[list[StarterKeyword]], Iterable[StarterKeyword]]


def read(folder: Path = FOLDER) -> list[StarterKeyword]:
    """The keywords of every ``*.toml`` of a folder. Raises ValueError, naming the place, for what is not a keyword."""
    found: dict[str, StarterKeyword] = {}
    for path in sorted(folder.glob("*.toml")):
        for kind, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for code, entry in entries.items():
                if kind not in KeywordKind.values or code in found or not {"en", "zh"} <= entry.keys() <= FIELDS:
                    raise ValueError(f"{path.name}: [{kind}.{code}] is of no known kind, there twice or incomplete")
                found[code] = _keyword(kind, code, entry)
    return list(found.values())


def _keyword(kind: str, code: str, entry: dict[str, list[str]]) -> StarterKeyword:
    return StarterKeyword(
        code=code,
        kind=kind,
        name_en=str(entry["en"]),
        name_zh=str(entry["zh"]),
        synonyms=tuple(entry.get("also", ())),
        exclusions=tuple(entry.get("not", ())),
    )


@transaction.atomic
def load(keywords: list[StarterKeyword], *, progress: Progress = iter) -> tuple[int, int]:
    """Bring what was never brought before: how many keywords, how many terms.

    What managers renamed, retired, added or deleted stays as they left it, because a thing once brought is noted
    (``StarterTerm``) and not brought again.
    """
    lock_vocabulary()
    brought = set(StarterTerm.objects.values_list("keyword", "text"))
    there = set(Keyword.objects.values_list("code", flat=True))
    new, terms, notes = [], [], []
    for item in progress(keywords):
        if (item.code, "") not in brought:
            notes.append(StarterTerm(keyword=item.code))
            if item.code not in there:
                new.append(Keyword(code=item.code, kind=item.kind, name_en=item.name_en, name_zh=item.name_zh))
                there.add(item.code)
        fresh = {text: out for text, out in item.terms.items() if (item.code, text) not in brought}
        notes += [StarterTerm(keyword=item.code, text=text) for text in fresh]
        if item.code in there:
            terms += [Synonym(keyword_id=item.code, text=text, exclusion=out) for text, out in fresh.items()]
    Keyword.objects.bulk_create(new)
    Synonym.objects.bulk_create(terms, ignore_conflicts=True, batch_size=500)
    StarterTerm.objects.bulk_create(notes, batch_size=500)
    if new or terms:
        vocabulary_changed()
    return len(new), len(terms)
