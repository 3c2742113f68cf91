"""Mistakes in a line: told where they stand and with what was meant, never searched as if they were words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm_bridge.audience.parts import FOLDED, OPERATORS, LineError, Part, quoted
from crm_bridge.keywords.vocabulary import Vocabulary

SUGGESTED = 3
NAMED = 5
ALIKE = 0.65  # 1 is the same word
SIGNS = ":<>=≥≤"
WEIGHED = re.compile(r"(?P<term>[^<>=≥≤]*)(?P<sign>[<>=≥≤]*)(?P<least>.*)", re.DOTALL)
# What the keys are called in Chinese: not understood, but answered with the key.
IN_CHINESE = {
    "兴趣": "interest",
    "阶段": "stage",
    "俱乐部": "club",
    "车": "owns",
    "车型": "owns",
    "语言": "language",
    "活跃": "active",
    "加入": "joined",
    "许可": "permit",
    "排序": "sort",
}


def near(typed: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those that may have been meant, the nearest first; none where nothing is near."""
    lowered = {one.lower(): one for one in known}
    return tuple(lowered[one] for one in difflib.get_close_matches(typed.lower(), lowered, n=SUGGESTED, cutoff=ALIKE))


def unknown_name(message: str, part: Part, close: Iterable[str], known: Iterable[str]) -> LineError:
    """A name nobody bears: those that are close to it or, where none is, how many there are and the first of them."""
    suggestions, names = tuple(dict.fromkeys(close))[:SUGGESTED], tuple(dict.fromkeys(known))
    return LineError(message, part.start, part.end, suggestions, names[:NAMED], len(names))


def unknown_key(part: Part, keys: list[str], vocabulary: Vocabulary) -> LineError:
    """A key nobody knows: one that is near, or an interest without “interest:” before it."""
    keyword = vocabulary.find(part.key) if part.sign != ":" else None
    if keyword is not None:
        message = _("A weight can only follow an interest, as in “interest:roof-rack>=2”.")
        meant = f"interest:{quoted(keyword.code)}>={part.value.lstrip('=')}"
        return LineError(message, part.start, part.end, (meant,))
    message = _("“%(key)s” is not something to ask for.") % {"key": part.key}
    meant_key = IN_CHINESE.get(part.key)
    found = (meant_key,) if meant_key else near(part.key, keys)
    return LineError(message, part.start, part.start + part.minus + len(part.key), found, tuple(keys))


def no_colon(part: Part) -> LineError:
    """Another sign than the colon."""
    message = _("After “%(key)s” stands a colon.") % {"key": part.key}
    meant = f"{'-' if part.minus else ''}{part.key}:{quoted(part.value)}"
    return LineError(message, part.start, part.end, (meant,) if part.key not in ("interest", "permit", "sort") else ())


def no_window(part: Part) -> LineError:
    """Something that is no time."""
    message = _("Write “%(key)s<30d” for within 30 days, “%(key)s>30d” for longer ago.") % {"key": part.key}
    number = re.match(r"=?([0-9]{1,4})(?![0-9])\s*(?![-/.年][0-9]?)([dwmy]?)", part.value)  # but no date
    sign = ">" if part.sign in (">", ">=", "≥") else "<"
    meant = f"{part.key}{sign}{number[1]}{number[2] or 'd'}" if number and not part.minus else ""
    return LineError(message, part.start, part.end, (meant,) if meant else ())


def twice(part: Part) -> LineError:
    """A second answer to what has one."""
    return LineError(_("“%(key)s” can stand only once.") % {"key": part.key}, part.start, part.end)


def weighed(part: Part) -> tuple[str, str, str]:
    """The value of an interest as term, sign and weight. Raises LineError for another sign than “>=”."""
    match = WEIGHED.fullmatch(part.value)
    term, sign, least = match.groups() if match else (part.value, "", "")
    term = term.strip()
    if sign not in ("", ">=", "≥"):
        meant = (f"interest:{quoted(term)}>={least.strip()}",) if re.fullmatch(r"[0-9.]+", least.strip()) else ()
        raise LineError(_("A weight stands after “>=”: at least so much."), part.start, part.end, meant)
    return term, sign, least.strip()


def weight_without(part: Part, term: str) -> LineError:
    """A weight of an interest people are not to have."""
    message = _("With a minus an interest has no weight: whoever has it, however faintly, is left out.")
    return LineError(message, part.start, part.end, (f"-interest:{quoted(term)}",))


def in_two_words(part: Part, after: Part, vocabulary: Vocabulary) -> None:
    """An interest of two words without quotation marks. Raises LineError."""
    following = after.key if after.sign and after.sign != ":" else after.value
    if part.quoted or after.minus or (after.sign == ":") or vocabulary.find(part.value) is not None:
        return
    both = f"{part.value} {re.split('[<>=≥≤]', following)[0]}"
    both = both.strip("()（）")
    if vocabulary.find(both) is not None:
        message = _("Words that belong together stand in quotation marks.")
        weight = f">={after.value.lstrip('=')}" if after.key else ""
        minus = "-" if part.minus else ""
        raise LineError(message, part.start, after.end, (f'{minus}interest:"{both}"{weight}',))


def in_a_list(part: Part, keys: list[str]) -> None:
    """Conditions, or interests, with a comma between them. Raises LineError."""
    if part.quoted:
        return
    value = f"{part.key}{part.sign}{part.value}"
    apart = re.sub(rf"[,;.]+(?=-?(?:{'|'.join(keys)})[{SIGNS}])", " ", value)
    if apart != value:
        message = _("A condition stands by itself, with a space before it; only a minus may stand before it.")
        raise LineError(message, part.start, part.end, (f"{'-' * part.minus}{apart}",))
    if part.key == "interest" and (decimal := re.fullmatch(r"(.*[>≥]=?\s*[0-9]+),([0-9]+)", part.value)):
        message, meant = _("A weight is a number from 0 to 10."), f"interest:{decimal[1]}.{decimal[2]}"
        raise LineError(message, part.start, part.end, (meant,))
    if part.key == "interest" and len(part.values) > 1:
        message = _("Interests are asked for one by one, with a space between them.")
        single = " ".join(f"{'-' * part.minus}interest:{one}" for one in part.values)
        raise LineError(message, part.start, part.end, (single,))


def in_a_word(part: Part, before: Part | None, after: Part | None, keys: list[str]) -> None:
    """A free word that is evidently none. Raises LineError."""
    _operator(part, before, after)
    value = part.value.translate(FOLDED)
    if value and value[0] in SIGNS and not part.quoted:
        message = _("A weight stands right after an interest, as in “interest:roof-rack>=2”.")
        raise LineError(message, part.start, part.end)
    if part.quoted and re.search(r"[<>=≥≤]+[0-9.]+$", value) and not part.closed:
        term, _sign, least = re.split(r"([<>=≥≤]+)", value, maxsplit=1)
        message = _("A weight can only follow an interest, as in “interest:roof-rack>=2”.")
        raise LineError(message, part.start, part.end, (f"interest:{quoted(term)}>={least}",))
    inside = None if part.quoted else re.search(rf"(?<![a-z_])({'|'.join(keys)})[{SIGNS}]", value.lower())
    if inside:
        message = _("A condition stands by itself, with a space before it; only a minus may stand before it.")
        raise LineError(message, part.start, part.end, (value[inside.start() :].rstrip(")"),))


def _operator(part: Part, before: Part | None, after: Part | None) -> None:
    operator = OPERATORS.get(part.value.lower())
    beside = any(one is not None and one.key for one in (before, after))
    if operator is None or part.quoted or not (beside or part.value.isupper() or not part.value.isalpha()):
        return
    message = {
        "and": _("All parts hold together anyway: leave “%(word)s” out."),
        "or": _("“%(word)s” is written with a comma, within one key: “stage:stable,growth”."),
        "not": _("“%(word)s” is written as a minus: “-club:touring”."),
    }[operator]
    raise LineError(message % {"word": part.value}, part.start, part.end)
