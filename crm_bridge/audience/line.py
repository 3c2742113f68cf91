"""The marketer's query line: one text that means the same in the console, in segments and on the command line.

``interest:行李架>=2 stage:stable,growth active<30d -club:touring permit:product_news:email`` and free words.
Values with spaces stand in quotes. ``parse`` and ``render`` are each other's inverse on what ``parse`` gives.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from community.consent.api import CONTACT_CHANNELS
from community.kernel.api import Invalid, contributions
from crm_bridge.audience.document import LEVELS, owned
from crm_bridge.keywords.vocabulary import Vocabulary, nearest, vocabulary
from crm_bridge.models.profile import Stage

LONGEST = 500
SUGGESTED = 3
ALIKE = 0.65  # 1 is the same word
ANY = 0.0  # an interest of whatever weight
DEFAULT_PERMIT = ("product_news", "email")
PART = re.compile(r'(?P<minus>-?)(?:(?P<key>[a-z_]+)(?P<sign>[:<>]))?(?P<value>(?:"[^"]*"?|[^\s"])*)')
WINDOW = re.compile(r"([0-9]{1,5})([dwmy])")
LONGEST_WINDOW = 36_500  # days
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
SORTS = ("active", "joined", "days", "acts")
VALUE_KEYS = ("stage", "club", "owns", "language")
WINDOW_KEYS = ("active", "joined")


class LineError(Invalid):
    """A mistake in the line: where it stands (half-open, in characters).

    ``suggestions`` are what may have been meant, ``choices`` all there is to choose from.
    """

    def __init__(
        self,
        message: str,
        start: int,
        end: int,
        suggestions: tuple[str, ...] = (),
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, field="line")
        self.start, self.end, self.suggestions, self.choices = start, end, suggestions, choices


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


@dataclass(frozen=True)
class Part:
    """One part of a line and where it stands."""

    minus: bool
    key: str
    sign: str
    value: str
    start: int
    end: int


def parse(text: str, *, words: Vocabulary | None = None) -> Line:
    """Read a line, many with the same ``words``. Raises LineError where a part cannot be understood."""
    text = text.replace("\0", "")
    if len(text) > LONGEST:
        raise LineError(_("The line is longer than 500 characters."), LONGEST, len(text))
    builder = _Builder(words)
    for part in parts_of(text):
        builder.add(part)
    return builder.line()


def parts_of(text: str) -> Iterator[Part]:
    """A line taken apart, whatever its parts mean. Raises LineError for a quotation mark that is not closed."""
    for match in PART.finditer(text):
        if not match[0]:
            continue
        value = match["value"]
        if value.count('"') % 2:
            raise LineError(_("A quotation mark is not closed."), match.start("value"), match.end())
        yield Part(
            bool(match["minus"]),
            match["key"] or "",
            match["sign"] or "",
            value.replace('"', ""),
            match.start(),
            match.end(),
        )


class _Builder:
    """Collects the parts of a line."""

    def __init__(self, vocabulary_used: Vocabulary | None) -> None:
        self._vocabulary = vocabulary_used
        self.words: list[str] = []
        self.interests: dict[str, Wanted] = {}
        self.without: list[str] = []
        self.any: dict[str, tuple[str, ...]] = {}
        self.none: dict[str, tuple[str, ...]] = {}
        self.windows: dict[tuple[str, str], int] = {}
        self.permit = DEFAULT_PERMIT
        self.sort = ""

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary, asked for once a line and only where the line needs it."""
        self._vocabulary = self._vocabulary or vocabulary()
        return self._vocabulary

    def add(self, part: Part) -> None:
        """One part more. Raises LineError."""
        known: dict[str, Callable[[Part], None]] = {
            "": self._word,
            "interest": self._interest,
            "permit": self._permit,
            "sort": self._sort,
            **dict.fromkeys(VALUE_KEYS, self._values),
            **dict.fromkeys(WINDOW_KEYS, self._window),
        }
        take = known.get(part.key)
        if take is None:
            raise LineError(
                _("“%(key)s” is not something to ask for.") % {"key": part.key},
                part.start,
                part.start + part.minus + len(part.key),
                near(part.key, (key for key in known if key)),
            )
        if part.key and not part.value:
            raise LineError(_("A value is missing after “%(key)s”.") % {"key": part.key}, part.start, part.end)
        take(part)

    def line(self) -> Line:
        """What was collected."""
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
        self.words.append(part.value)

    def _interest(self, part: Part) -> None:
        term, _sign, least = part.value.partition(">=")
        keyword = self.vocabulary.find(term)
        if keyword is None:
            raise self._unknown(term, part)
        if part.minus:
            self.without.append(keyword.code)
            return
        self.interests[keyword.code] = Wanted(keyword.code, self._least(least, part) if least or _sign else ANY)

    @staticmethod
    def _least(text: str, part: Part) -> float:
        try:
            asked = float(text)
        except ValueError:
            asked = -1.0
        if not LEVELS[0] <= asked <= LEVELS[-1]:
            levels = tuple(f"{level:g}" for level in LEVELS)
            raise LineError(_("A weight is a number from 0.5 to 9."), part.end - len(text), part.end, choices=levels)
        return max(level for level in LEVELS if level <= asked)

    def _values(self, part: Part) -> None:
        values = tuple(self._value(part, value) for value in part.value.split(",") if value)
        group = self.none if part.minus else self.any
        group[part.key] = tuple(dict.fromkeys((*group.get(part.key, ()), *values)))

    def _value(self, part: Part, value: str) -> str:
        if part.key == "owns":
            return owned(value, self.vocabulary)
        if part.key == "language":
            value = {"zh-hans": "zh", "中文": "zh", "english": "en"}.get(value.lower(), value.lower())
        known = {"stage": lambda: Stage.values, "language": lambda: ["en", "zh"], "club": _clubs}[part.key]()
        if value not in known:
            message = _("There is no %(key)s “%(value)s”.") % {"key": part.key, "value": value}
            if len(known) > SUGGESTED + 1:
                raise LineError(message, part.start, part.end, near(value, known))
            raise LineError(message, part.start, part.end, choices=tuple(known))
        return value

    def _window(self, part: Part) -> None:
        match = WINDOW.fullmatch(part.value)
        days = int(match[1]) * DAYS[match[2]] if match else LONGEST_WINDOW + 1
        if part.sign == ":" or part.minus or days > LONGEST_WINDOW:
            raise LineError(
                _("Write “%(key)s<30d” for within 30 days, “%(key)s>30d” for longer ago.") % {"key": part.key},
                part.start,
                part.end,
            )
        self.windows[part.key, part.sign] = days

    def _permit(self, part: Part) -> None:
        purpose, _sign, channel = part.value.partition(":")
        offered = {str(p): [str(c) for c in channels] for p, channels in CONTACT_CHANNELS.items()}
        if part.minus or channel not in offered.get(purpose, ()):
            message = _("This permission does not exist.")
            if purpose in offered:
                pairs = tuple(f"permit:{purpose}:{one}" for one in offered[purpose])
                raise LineError(message, part.start, part.end, choices=pairs)
            purposes = near(purpose, offered)
            pairs = tuple(f"permit:{one}:{offered[one][0]}" for one in purposes)
            raise LineError(message, part.start, part.end, pairs)
        self.permit = (purpose, channel)

    def _sort(self, part: Part) -> None:
        name = part.value.lstrip("-")
        if name in SORTS:
            self.sort = part.value
            return
        if not name.startswith("interest:"):
            known = (*(f"sort:-{name}" for name in SORTS), "sort:interest:…")
            raise LineError(_("People cannot be sorted by this."), part.start, part.end, choices=known)
        term = name.removeprefix("interest:")
        keyword = self.vocabulary.find(term)
        if keyword is None:
            raise self._unknown(term, part)
        self.sort = f"interest:{keyword.code}"

    def _unknown(self, term: str, part: Part) -> LineError:
        if not self.vocabulary.keywords:
            message = _("The vocabulary is empty. “manage.py load_vocabulary” brings the words to begin with.")
            return LineError(message, part.start, part.end)
        message = _("The vocabulary does not know “%(term)s”.") % {"term": term}
        return LineError(message, part.start, part.end, tuple(nearest(term, SUGGESTED)))


def near(typed: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those that may have been meant, the nearest first; none where nothing is near."""
    return tuple(difflib.get_close_matches(typed.lower(), list(known), n=SUGGESTED, cutoff=ALIKE))


def _clubs() -> list[str]:
    return [slug for titles in contributions("clubs.titles") for slug in titles]


def render(line: Line) -> str:
    """The line as text, in one order."""
    parts = [_quoted(word) for word in line.words]
    for wanted in line.interests:
        least = f">={wanted.least:g}" if wanted.least else ""
        parts.append(f"interest:{_quoted(wanted.code)}{least}")
    parts += [f"-interest:{_quoted(code)}" for code in line.without]
    parts += [f"{key}:{','.join(_quoted(v) for v in values)}" for key, values in line.any.items() if values]
    parts += [f"-{key}:{','.join(_quoted(v) for v in values)}" for key, values in line.none.items() if values]
    parts += [f"{key}{sign}{days}d" for key, sign, days in line.windows]
    if line.permit != DEFAULT_PERMIT:
        parts.append(f"permit:{line.permit[0]}:{line.permit[1]}")
    if line.sort:
        parts.append(f"sort:{line.sort}")
    return " ".join(parts)


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[\s:<>,]", value) or value.startswith("-") else value
