"""Clubs and cars as people call them: by code, title or model, in either language."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from community.kernel.api import contributions
from community.members.api import car_names, cars_called
from crm_bridge.audience.document import owned
from crm_bridge.audience.mistakes import SUGGESTED, near
from crm_bridge.audience.parts import FOLDED, LineError, Part
from crm_bridge.keywords.matcher import bare
from crm_bridge.keywords.vocabulary import Vocabulary, nearest
from crm_bridge.models import Keyword, Synonym

CARS_COMPARED = 2000


def club_slug(value: str, part: Part) -> str:
    """The club of that slug or title. Raises LineError."""
    titles = dict(_titles())
    plain = value.lower()
    if plain in titles:
        return plain
    called = {_plain(title): slug for slug, title in titles.items()}
    for language, _name in settings.LANGUAGES:
        if _plain(value) not in called:
            with translation.override(language):
                called |= {_plain(title): slug for slug, title in _titles()}
    if _plain(value) in called:
        return called[_plain(value)]
    message = _("There is no %(key)s “%(value)s”.") % {"key": part.key, "value": value}
    slugs = [*near(value, titles), *(called[name] for name in near(_plain(value), called))]
    raise LineError(message, part.start, part.end, tuple(dict.fromkeys(slugs))[:SUGGESTED])


def _titles() -> Iterable[tuple[str, str]]:
    return [(slug, title) for titles in contributions("clubs.titles") for slug, title in titles.items()]


def _plain(title: str) -> str:
    """A title as it can be typed: quotation marks do not count, nor does the width of its signs."""
    return " ".join(title.translate(FOLDED).replace('"', "").lower().split())


def owned_by_name(value: str, part: Part, words: Vocabulary) -> str:
    """What stands for a car, a brand or a model in a line. Raises LineError for what nobody drives or knows."""
    code = owned(value, words)
    if code in words.keywords or cars_called([code]):
        return code
    message = _("There is no car called “%(value)s”.") % {"value": value}
    names = [*near(value, car_names(CARS_COMPARED)), *nearest(value, SUGGESTED, codes=False)]
    raise LineError(message, part.start, part.end, tuple(dict.fromkeys(names))[:SUGGESTED])


def cars_meant(values: Iterable[str], words: Vocabulary) -> tuple[str, ...]:
    """What documents hold for cars given by brand, model or both."""
    asked = tuple(values)
    known = [code for code in asked if code in words.keywords]
    names = {*asked, *(name.lower() for code in known for name in _names(words.keywords[code]))}
    if known:
        synonyms = Synonym.objects.filter(keyword__in=known, exclusion=False)
        names |= {bare(text).lower() for text in synonyms.values_list("text", flat=True)}
    cars = [owned(f"{brand} {model}".strip(), words) for brand, model in cars_called(names)]
    return tuple(dict.fromkeys((*asked, *cars)))


def _names(keyword: Keyword) -> tuple[str, str]:
    return keyword.name_en, keyword.name_zh
