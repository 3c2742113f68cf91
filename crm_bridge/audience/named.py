"""Clubs and cars as people call them: by code, title or model, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community.kernel.api import contributions
from community.members.api import car_names, cars_called
from crm_bridge.audience.document import owned
from crm_bridge.audience.mistakes import SUGGESTED, near, unknown_name
from crm_bridge.audience.parts import FOLDED, LineError, Part, parts_if_whole, quoted
from crm_bridge.keywords.matcher import bare
from crm_bridge.keywords.vocabulary import Vocabulary, nearest, vocabulary
from crm_bridge.models import Keyword, KeywordKind, Synonym

CARS_COMPARED = 2000
SHORTEST = 2  # that a title is looked through for


class Names:
    """What lines name: keywords, clubs and cars, each asked for once and only where a line needs it.

    Many lines are read with the same one, made of all of them.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._lines = tuple(lines)
        self._titles: dict[str, dict[str, str]] = {}
        self._synonyms: dict[str, list[str]] = {}
        self._asked: set[str] = set()
        self._cars: dict[tuple[str, str], set[str]] = {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary in use, asked for once."""
        return vocabulary()

    def clubs(self, language: str) -> dict[str, str]:
        """The titles of all clubs in a language, by slug."""
        if language not in self._titles:
            with translation.override(language):
                found = contributions("clubs.titles")
            self._titles[language] = {slug: title for titles in found for slug, title in titles.items()}
        return self._titles[language]

    def cars(self, names: set[str]) -> list[tuple[str, str]]:
        """Brand and model of the cars whose brand, model or both together are one of the names, in lower case."""
        if not names <= self._asked:
            unasked = (names | self.called(self._driven)) - self._asked
            self._cars |= {(brand, model): _aliases(brand, model) for brand, model in cars_called(unasked)}
            self._asked |= unasked
        return [car for car, called in self._cars.items() if called & names]

    def called(self, codes: Iterable[str]) -> set[str]:
        """Codes of cars, brands and models with all names of those the vocabulary knows, in lower case."""
        asked, keywords = set(codes), self.vocabulary.keywords
        unread = {code for code in asked | self._driven if code in keywords} - self._synonyms.keys()
        self._synonyms |= _synonyms_of(unread)
        known = [code for code in asked if code in keywords]
        return asked | {name.lower() for code in known for name in (*_names(keywords[code]), *self._synonyms[code])}

    @cached_property
    def _driven(self) -> set[str]:
        parts = [part for line in self._lines for part in parts_if_whole(line) if part.key == "owns"]
        return {owned(value, self.vocabulary) for part in parts for value in part.values}

    @cached_property
    def known_cars(self) -> list[str]:
        """What the cars that most members have are called."""
        return car_names(CARS_COMPARED)


def _synonyms_of(codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {code: [] for code in codes}
    synonyms = Synonym.objects.filter(keyword__in=found, exclusion=False) if found else Synonym.objects.none()
    for code, text in synonyms.values_list("keyword_id", "text"):
        found[code].append(bare(text))
    return found


def _aliases(brand: str, model: str) -> set[str]:
    return {brand.lower(), model.lower(), f"{brand} {model}".lower()}


def club_slug(value: str, part: Part, names: Names) -> str:
    """The club of that slug or title. Raises LineError."""
    current = get_language() or settings.LANGUAGE_CODE
    titles = names.clubs(current)
    plain = value.lower()
    if plain in titles:
        return plain
    called = {_plain(title): slug for slug, title in titles.items()}
    for language, _name in settings.LANGUAGES:
        if _plain(value) not in called:
            called |= {_plain(title): slug for slug, title in names.clubs(language).items()}
    if _plain(value) in called:
        return called[_plain(value)]
    if not titles:
        raise LineError(_("There is no club yet."), part.start, part.end)
    message = _("There is no %(key)s “%(value)s”.") % {"key": part.key, "value": value}
    whole = [name for name in called if len(value) >= SHORTEST and _plain(value) in name]
    slugs = [*near(value, titles), *(called[name] for name in (*whole, *near(_plain(value), called)))]
    raise unknown_name(
        message, part, (_typed(slug, titles) for slug in slugs), (_typed(slug, titles) for slug in titles)
    )


def _typed(slug: str, titles: Mapping[str, str]) -> str:
    """A club as it can be typed: by its title, if that has no quotation marks of its own."""
    title = titles[slug]
    return slug if '"' in title.translate(FOLDED) else quoted(title)


def _plain(title: str) -> str:
    """A title as it can be typed: quotation marks do not count, nor does the width of its signs."""
    return " ".join(title.translate(FOLDED).replace('"', "").lower().split())


def owned_by_name(value: str, part: Part, names: Names) -> str:
    """What stands for a car, a brand or a model in a line. Raises LineError for what nobody drives or knows."""
    code = owned(value, names.vocabulary)
    if code in names.vocabulary.keywords or names.cars({code}):
        return code
    message = _("There is no car called “%(value)s”.") % {"value": value}
    keywords = names.vocabulary.keywords.values()
    models = (keyword.name for keyword in keywords if keyword.kind == KeywordKind.MODEL)
    called = nearest(value, SUGGESTED, codes=False, kind=KeywordKind.MODEL, words=names.vocabulary)
    close = (*near(value, names.known_cars), *called)
    raise unknown_name(message, part, map(quoted, close), map(quoted, (*names.known_cars, *models)))


def cars_meant(values: Iterable[str], names: Names) -> tuple[str, ...]:
    """What documents hold for cars given by brand, model or both."""
    asked = tuple(values)
    cars = [owned(f"{brand} {model}".strip(), names.vocabulary) for brand, model in names.cars(names.called(asked))]
    return tuple(dict.fromkeys((*asked, *cars)))


def _names(keyword: Keyword) -> tuple[str, str]:
    return keyword.name_en, keyword.name_zh
