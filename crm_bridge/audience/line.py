"""The marketer's query line: one text that means the same in the console, in segments and on the command line.

``interest:行李架>=2 stage:stable,growth active<30d -club:touring permit:product_news:email`` and free words.
Values with spaces stand in quotes. ``parts`` takes a line apart, ``mistakes`` explains what cannot be read.
``parse`` and ``render`` are each other's inverse on what ``parse`` gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from community.consent.api import CONTACT_CHANNELS
from community.search.api import query_tokens
from crm_bridge.audience import mistakes
from crm_bridge.audience.mistakes import SUGGESTED, near
from crm_bridge.audience.named import Names, club_slug, owned_by_name
from crm_bridge.audience.parts import LineError, Part, parts_of, quoted
from crm_bridge.keywords.vocabulary import Vocabulary, nearest
from crm_bridge.models import KeywordKind
from crm_bridge.models.profile import Stage
from crm_bridge.profiles.weights import TOP

__all__ = [
    "DEFAULT_PERMIT",
    "SORTS",
    "WINDOW_KEYS",
    "Line",
    "LineError",
    "Names",
    "Part",
    "Wanted",
    "line_of_permit",
    "parse",
    "parts_of",
    "render",
]
LONGEST = 500
ANY = 0.0  # an interest of whatever weight
WEIGHT = re.compile(r"[0-9]{0,2}(\.[0-9]{0,3})?")
DEFAULT_PERMIT = ("product_news", "email")
WINDOW = re.compile(r"([0-9]{1,5})([dwmy])")
LONGEST_WINDOW = 36_500  # days
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
SORTS = ("active", "joined", "days", "acts")
VALUE_KEYS = ("stage", "club", "owns", "language")
WINDOW_KEYS = ("active", "joined")


@dataclass(frozen=True)
class Wanted:
    """An interest with its minimum weight; without one, however faint it is."""

    code: str
    least: float = ANY


@dataclass(frozen=True)
class Line:
    """A question as parsed. Windows are days: (key, '<' within or '>' longer ago, days)."""

    words: tuple[str, ...] = ()
    interests: tuple[Wanted, ...] = ()
    without: tuple[str, ...] = ()
    any: dict[str, tuple[str, ...]] = field(default_factory=dict)
    none: dict[str, tuple[str, ...]] = field(default_factory=dict)
    windows: tuple[tuple[str, str, int], ...] = ()
    permit: tuple[str, str] = DEFAULT_PERMIT
    sort: str = ""


def parse(text: str, *, names: Names | None = None) -> Line:
    """Read a line, many with the same ``names``. Raises LineError where a part cannot be understood."""
    text = text.replace("\0", " ")
    if len(text) > LONGEST:
        raise LineError(_("The line is longer than 500 characters."), LONGEST, len(text))
    builder = _Builder(names or Names())
    parts = list(parts_of(text))
    for before, part, after in zip([None, *parts], parts, [*parts[1:], None], strict=False):
        builder.add(part, before, after)
    line = builder.line()
    if len(render(line)) > LONGEST:  # it could be kept, but not read again
        raise LineError(_("Written out with its codes, the line is longer than 500 characters."), 0, len(text))
    return line


def line_of_permit(permit: str) -> Line:
    """The line of everybody who gives a permission, as ``purpose:channel``. Raises LineError for one not offered."""
    builder = _Builder(Names())
    builder.add(Part(minus=False, key="permit", sign=":", value=permit, start=0, end=len(permit)), None, None)
    return builder.line()


class _Builder:
    """Collects the parts of a line."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.words: list[str] = []
        self.interests: dict[str, Wanted] = {}
        self.without: list[str] = []
        self.any: dict[str, tuple[str, ...]] = {}
        self.none: dict[str, tuple[str, ...]] = {}
        self.windows: dict[tuple[str, str], int] = {}
        self.permit = DEFAULT_PERMIT
        self.permitted = False
        self.sort = ""

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary, asked for only where the line needs it."""
        return self._names.vocabulary

    def add(self, part: Part, before: Part | None, after: Part | None) -> None:
        """One part more, with its neighbours. Raises LineError."""
        known: dict[str, Callable[[Part], None]] = {
            "": self._word,
            "interest": self._interest,
            "permit": self._permit,
            "sort": self._sort,
            **dict.fromkeys(VALUE_KEYS, self._values),
            **dict.fromkeys(WINDOW_KEYS, self._window),
        }
        if not part.key:
            mistakes.in_a_word(part, before, after, [key for key in known if key])
        take = known.get(part.key)
        if take is None:
            raise mistakes.unknown_key(part, [key for key in known if key], self.vocabulary)
        if part.key and not part.value:
            raise LineError(_("A value is missing after “%(key)s”.") % {"key": part.key}, part.start, part.end)
        if part.key and part.key not in WINDOW_KEYS and part.sign != ":":
            raise mistakes.no_colon(part)
        if part.key:
            mistakes.in_a_list(part, [key for key in known if key])
        if part.key == "interest" and after:
            mistakes.in_two_words(part, after, self.vocabulary)
        take(replace(part, value=part.value.lower()) if part.key in ("permit", "sort", *WINDOW_KEYS) else part)

    def line(self) -> Line:
        """The line that was collected from the parts so far."""
        windows = tuple((key, sign, days) for (key, sign), days in self.windows.items())
        return Line(
            tuple(self.words),
            tuple(self.interests.values()),
            tuple(self.without),
            self.any,
            self.none,
            windows,
            self.permit,
            self.sort,
        )

    def _word(self, part: Part) -> None:
        if part.minus:
            raise LineError(_("A minus stands before “interest:”, “club:” and the like."), part.start, part.end)
        if not part.value.strip():
            return
        if not query_tokens(part.value):  # it would ask for everybody
            message = _("There is nothing to search for in “%(text)s”.") % {"text": part.value}
            raise LineError(message, part.start, part.end)
        self.words.append(part.value)

    def _interest(self, part: Part) -> None:
        term, sign, least = mistakes.weighed(part)
        keyword = self.vocabulary.find(term)
        if keyword is None:
            raise self._unknown(term, part)
        if part.minus:
            if sign:
                raise mistakes.weight_without(part, term)
            self.without = [*dict.fromkeys((*self.without, keyword.code))]
            return
        weight = self._least(least, part) if sign else ANY
        held = self.interests.get(keyword.code)
        self.interests[keyword.code] = Wanted(keyword.code, max(weight, held.least if held else ANY))

    @staticmethod
    def _least(text: str, part: Part) -> float:
        asked = float(text) if WEIGHT.fullmatch(text) and text.strip(".") else -1.0
        if not 0 <= asked <= TOP:
            start = part.end - len(text) if text and not part.quoted else part.start
            raise LineError(_("A weight is a number from 0 to 10."), start, part.end)
        return asked

    def _values(self, part: Part) -> None:
        values = tuple(self._value(part, value) for value in part.values)
        if not values:
            raise LineError(_("A value is missing after “%(key)s”.") % {"key": part.key}, part.start, part.end)
        group = self.none if part.minus else self.any
        group[part.key] = tuple(dict.fromkeys((*group.get(part.key, ()), *values)))

    def _value(self, part: Part, value: str) -> str:
        if part.key == "owns":
            return owned_by_name(value, part, self._names)
        if part.key == "club":
            return club_slug(value, part, self._names)
        value = value.lower()
        if part.key == "language":
            value = {"zh-hans": "zh", "中文": "zh", "chinese": "zh", "english": "en", "英文": "en"}.get(value, value)
        known = Stage.values if part.key == "stage" else ["en", "zh"]
        if value not in known:
            message = _("There is no %(key)s “%(value)s”.") % {"key": part.key, "value": value}
            raise LineError(message, part.start, part.end, choices=tuple(known))
        return value

    def _window(self, part: Part) -> None:
        match = WINDOW.fullmatch(part.value)
        if part.sign not in "<>" or part.minus or match is None:
            raise mistakes.no_window(part)
        days = int(match[1]) * DAYS[match[2]]
        if days > LONGEST_WINDOW:
            raise LineError(_("The longest time is 100 years, “36500d”."), part.start, part.end)
        held = self.windows.get((part.key, part.sign), days)
        # Both hold, so the narrower one says it all.
        self.windows[part.key, part.sign] = min(held, days) if part.sign == "<" else max(held, days)

    def _permit(self, part: Part) -> None:
        purpose, _sign, channel = part.value.partition(":")
        offered = {str(p): [str(c) for c in channels] for p, channels in CONTACT_CHANNELS.items()}
        if part.minus or channel not in offered.get(purpose, ()):
            message = _("This permission does not exist.")
            if purpose in offered:
                pairs = tuple(f"permit:{purpose}:{one}" for one in offered[purpose])
                raise LineError(message, part.start, part.end, choices=pairs)
            usual = dict([DEFAULT_PERMIT])
            firsts = {one: f"permit:{one}:{usual.get(one, channels[0])}" for one, channels in offered.items()}
            close = tuple(firsts[one] for one in near(purpose, offered))
            total = sum(map(len, offered.values()))
            raise LineError(message, part.start, part.end, close, tuple(firsts.values()), total)
        if self.permitted and self.permit != (purpose, channel):
            raise mistakes.twice(part)
        self.permitted, self.permit = True, (purpose, channel)

    def _sort(self, part: Part) -> None:
        name = part.value.removeprefix("-")
        sort = part.value if name in SORTS else self._by_interest(name, part)
        if self.sort and self.sort != sort:
            raise mistakes.twice(part)
        self.sort = sort

    def _by_interest(self, name: str, part: Part) -> str:
        if not name.startswith("interest:"):
            known = (*(f"sort:-{name}" for name in SORTS), "sort:interest:…")
            raise LineError(_("People cannot be sorted by this."), part.start, part.end, choices=known)
        term = name.removeprefix("interest:")
        keyword = self.vocabulary.find(term)
        if keyword is None:
            raise self._unknown(term, part)
        return f"interest:{keyword.code}"

    def _unknown(self, term: str, part: Part) -> LineError:
        if not self.vocabulary.keywords:
            message = _("The vocabulary is empty. “manage.py load_vocabulary” brings the words to begin with.")
            return LineError(message, part.start, part.end)
        message = _("The vocabulary does not know “%(term)s”.") % {"term": term}
        # Models are many, and every brand has its own.
        known = sorted(self.vocabulary.keywords.values(), key=lambda one: (one.kind == KeywordKind.MODEL, one.name))
        close = map(quoted, nearest(term, SUGGESTED, words=self.vocabulary))
        return mistakes.unknown_name(message, part, close, (quoted(one.name) for one in known))


def render(line: Line) -> str:
    """The line as text, in one order."""
    parts = [quoted(word) for word in line.words]
    for wanted in line.interests:
        least = f">={wanted.least:g}" if wanted.least else ""
        parts.append(f"interest:{quoted(wanted.code)}{least}")
    parts += [f"-interest:{quoted(code)}" for code in line.without]
    parts += [f"{key}:{','.join(quoted(v) for v in values)}" for key, values in line.any.items() if values]
    parts += [f"-{key}:{','.join(quoted(v) for v in values)}" for key, values in line.none.items() if values]
    parts += [f"{key}{sign}{days}d" for key, sign, days in line.windows]
    if line.permit != DEFAULT_PERMIT:
        parts.append(f"permit:{line.permit[0]}:{line.permit[1]}")
    if line.sort:
        parts.append(f"sort:{line.sort}")
    return " ".join(parts)
