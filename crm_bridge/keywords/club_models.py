"""The models of brand clubs become keywords."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.text import slugify

from crm_bridge.keywords.matcher import units
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword, KeywordKind, Synonym

NAME_LENGTH, CODE_LENGTH = 60, 40
PLAIN = re.compile(r"\s*[(（][^)）]*[)）]\s*$")  # "A3 (imported)" is an A3 to whoever writes of it
SHORTEST_WORD = 3


@transaction.atomic
def add_models(brand: str, models: Iterable[str]) -> int:
    """Make a keyword of every model that is none yet. Returns how many.

    A name that would be found everywhere (元, X5), or that already means something else (里程: also mileage), counts
    only together with its brand. What managers changed stays: a known name is left alone.
    """
    plain = dict.fromkeys(PLAIN.sub("", model).strip()[:NAME_LENGTH] for model in models)
    taken = _known(plain, but=KeywordKind.MODEL)
    names = {_with_brand(brand, name) if _is_short(name) or name.lower() in taken else name for name in plain}
    known = _known(names)
    new = [name for name in sorted(names) if any(units(name)) and name.lower() not in known]
    keywords = {_code(name): name for name in new}
    Keyword.objects.bulk_create(
        [Keyword(code=code, name_en=name, name_zh=name, kind=KeywordKind.MODEL) for code, name in keywords.items()],
        ignore_conflicts=True,
    )
    if keywords:
        vocabulary_changed()
    return len(keywords)


def _known(names: Iterable[str], *, but: str = "") -> set[str]:
    """Which of the names, in lower case, a keyword or synonym has already, leaving out keywords of one kind."""
    wanted = [name.lower() for name in names]
    keywords, synonyms = Keyword.objects.exclude(kind=but), Synonym.objects.exclude(keyword__kind=but)
    return {
        *keywords.annotate(low=Lower("name_en")).filter(low__in=wanted).values_list("low", flat=True),
        *keywords.annotate(low=Lower("name_zh")).filter(low__in=wanted).values_list("low", flat=True),
        *synonyms.annotate(low=Lower("text")).filter(low__in=wanted).values_list("low", flat=True),
    }


def _is_short(name: str) -> bool:
    return len(name) < SHORTEST_WORD and len(list(units(name))) == 1


def _with_brand(brand: str, name: str) -> str:
    return f"{brand} {name}"[:NAME_LENGTH] if brand and brand not in name else name


def _code(name: str) -> str:
    latin = slugify(name)
    if latin and latin == slugify(name, allow_unicode=True) and len(latin) <= CODE_LENGTH:
        return latin
    return f"car-{hashlib.blake2b(name.casefold().encode(), digest_size=6).hexdigest()}"
