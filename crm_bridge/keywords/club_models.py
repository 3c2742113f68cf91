"""Brands and the models of their clubs become keywords."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.text import slugify

from community.search.api import pieces
from crm_bridge.keywords.everyday import is_everyday
from crm_bridge.keywords.matcher import units
from crm_bridge.keywords.vocabulary import lock_vocabulary, vocabulary_changed
from crm_bridge.models import Keyword, KeywordKind, Synonym

NAME_LENGTH, CODE_LENGTH = 60, 40
PLAIN = re.compile(r"[(（][^()（）]*[)）]\s*$")  # "A3 (imported)" is an A3 to whoever writes of it
COMPANY = re.compile(r"(汽车|客车|集团)$")
SCRIPTS = re.compile(r"[\u3400-\u9fff·]+|[A-Za-z][A-Za-z .&-]*[A-Za-z]")
EDGE = " -–—·・:：/"
SHORTEST_WORD, SHORTEST_HAN = 3, 3
# How often jieba counts a word that is too common for a name to be taken from running text. Brands are spoken of more.
COMMON_MODEL, COMMON_BRAND = 200, 600


@transaction.atomic
def add_models(brand: str, models: Iterable[str]) -> int:
    """Make a keyword of the brand and of every model that is none yet. Returns how many.

    A model that would be found everywhere (元, X5, 发现), or that already means something else (里程: also mileage),
    counts only together with its brand; a brand that is an everyday word (大众) only where it stands alone. A model's
    name without its brand (Q5L) is another word for it where that can mean nothing else. What managers changed stays:
    a known name is left alone.
    """
    lock_vocabulary()
    plain = [name for name in dict.fromkeys(PLAIN.sub("", model).strip()[:NAME_LENGTH] for model in models) if name]
    # A club may be one model's; then its first keyword is what that is called for short.
    is_brand = brand and not any(name != brand and name.lower().endswith(brand.lower()) for name in plain)
    if is_brand:
        _club_synonyms(brand).delete()
    brands = _make([brand]) if is_brand else {}
    _name_otherwise(brands)
    taken = _known(plain, but=KeywordKind.MODEL)
    names = {_with_brand(brand, name) if _is_common(name) or name.lower() in taken else name for name in plain}
    made = _make(sorted(names))
    words = _short_names(brand, list(made))
    if brands or made or words:
        vocabulary_changed()
    return len(brands) + len(made)


def _make(names: Sequence[str]) -> dict[str, Keyword]:
    """Keywords of the names that none has yet, by name.

    An everyday word is its own exclusion: alone it is the keyword, in a text something else.
    """
    known = _known(names)
    new = {_code(name): name for name in names if any(units(name)) and name.lower() not in known}
    there = set(Keyword.objects.filter(code__in=new).values_list("code", flat=True))
    made = {
        name: Keyword(code=code, name_en=name, name_zh=name, kind=KeywordKind.MODEL)
        for code, name in new.items()
        if code not in there
    }
    Keyword.objects.bulk_create(made.values())
    common = [name for name in made if len(pieces(name)) == 1 and _is_common(name, often=COMMON_BRAND)]
    Synonym.objects.bulk_create([Synonym(keyword=made[name], text=name, exclusion=True) for name in common])
    return made


def _name_otherwise(brands: Mapping[str, Keyword]) -> None:
    """Other names of brands: without the word for a company, each script alone."""
    for brand, keyword in brands.items():
        bare = COMPANY.sub("", brand)
        others = {bare, *(part.strip() for part in SCRIPTS.findall(bare))} - {brand}
        known = _known(others)
        words = [word for word in sorted(others) if word.lower() not in known]
        fit = [word for word in words if not _is_common(word, often=COMMON_BRAND)]
        Synonym.objects.bulk_create([Synonym(keyword=keyword, text=word) for word in fit])


def _short_names(brand: str, new: Sequence[str]) -> int:
    """Names of models without their brand, where nothing else is called that."""
    short = {name: word for name in new if (word := _without_brand(brand, name))}
    if not short:
        return 0
    every = list(Keyword.objects.filter(kind=KeywordKind.MODEL).values_list("name_zh", flat=True))
    claimed = {word for word in short.values() if sum(_ends_with(name, word) for name in every) > 1}
    known = _known(short.values())
    _club_synonyms(*claimed).delete()
    words = {name: word for name, word in short.items() if word not in claimed and word.lower() not in known}
    keywords = {keyword.name_zh: keyword for keyword in Keyword.objects.filter(name_zh__in=words)}
    made = [Synonym(keyword=keywords[name], text=word) for name, word in words.items() if name in keywords]
    Synonym.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _club_synonyms(*words: str) -> QuerySet[Synonym]:
    """The words models are called by without their brand: no longer clear once something else is called that."""
    synonyms = Synonym.objects.annotate(low=Lower("text")).filter(low__in=[word.lower() for word in words])
    return synonyms.filter(keyword__kind=KeywordKind.MODEL, exclusion=False)


def _without_brand(brand: str, name: str) -> str:
    """What a model is called without its brand; empty where that would be found everywhere."""
    if brand and name.lower().endswith(brand.lower()):
        return brand if name != brand and not _is_short(brand) else ""  # the club is called by the model itself
    own = (brand, COMPANY.sub("", brand), settings.PADDOCK_BRAND, settings.PADDOCK_BRAND_ZH)
    fits = [start for start in own if start and name.lower().startswith(start.lower()) and len(name) > len(start)]
    word = name[len(max(fits, key=len)) :].strip(EDGE) if fits else ""
    if len(word) < SHORTEST_WORD or word.isdigit() or _is_common(word):
        return ""
    all_han = all("\u3400" <= character <= "\u9fff" for character in word)
    return "" if all_han and len(word) < SHORTEST_HAN else word


def _ends_with(name: str, word: str) -> bool:
    """Whether a name is this word, or ends with it as a word of its own."""
    before = name[: -len(word)]
    return name.lower().endswith(word.lower()) and not (before[-1:].isascii() and before[-1:].isalnum())


def _known(names: Iterable[str], *, but: str = "") -> set[str]:
    """Which of the names, in lower case, a keyword or synonym has already, leaving out keywords of one kind."""
    wanted = [name.lower() for name in names]
    keywords, synonyms = Keyword.objects.exclude(kind=but), Synonym.objects.exclude(keyword__kind=but)
    return {
        *keywords.annotate(low=Lower("name_en")).filter(low__in=wanted).values_list("low", flat=True),
        *keywords.annotate(low=Lower("name_zh")).filter(low__in=wanted).values_list("low", flat=True),
        *synonyms.annotate(low=Lower("text")).filter(low__in=wanted).values_list("low", flat=True),
    }


def _is_common(name: str, *, often: int = COMMON_MODEL) -> bool:
    """Whether a name would be found everywhere. One in two scripts (大众 Polo) is not, whatever its parts."""
    return _is_short(name) or (is_everyday(name, often=often) and (name.isascii() or len(pieces(name)) == 1))


def _is_short(name: str) -> bool:
    return len(name) < SHORTEST_WORD and len(list(units(name))) == 1


def _with_brand(brand: str, name: str) -> str:
    return f"{brand} {name}"[:NAME_LENGTH] if brand and brand not in name else name


def _code(name: str) -> str:
    latin = slugify(name)
    if latin and latin == slugify(name, allow_unicode=True) and len(latin) <= CODE_LENGTH:
        return latin
    return f"car-{hashlib.blake2b(name.casefold().encode(), digest_size=6).hexdigest()}"
