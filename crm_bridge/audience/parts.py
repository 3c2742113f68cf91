"""A query line taken apart, whatever its parts mean: words, and conditions of a key, a sign and a value.

What a Chinese input method puts in the place of ``: < > = - , " `` and of digits and letters is read as those, one
character for one, so that places in the line stay true. Free words stay as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from community.kernel.api import Invalid

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FOLDED = FULL_WIDTH | str.maketrans(
    {"、": ",", "。": ".", "“": '"', "”": '"', "「": '"', "」": '"', "−": "-", "–": "-"}
)
PART = re.compile(
    r"(?P<minus>-?)(?:(?P<key>[^\W\d][\w-]*)(?P<sign>>=|<=|[:<>=≥≤]))?"
    r'(?P<value>(?:"[^"]*"?|[^\s"])*)'
)
PLAIN = re.compile(r"\w[\w.-]*")
VALUE = re.compile(r'(?:"[^"]*"|[^,"])+')
OPERATORS = {"and": "and", "or": "or", "not": "not", "&&": "and", "||": "or", "|": "or", "&": "and", "!": "not"}
OPERATORS |= {"和": "and", "且": "and", "并且": "and", "或": "or", "或者": "or", "非": "not", "不": "not"}


class LineError(Invalid):
    """A mistake in the line: where it stands (half-open, in characters).

    ``suggestions`` are what may have been meant. Where nothing may, ``choices`` are what there is to choose from, or
    some of it: ``total`` says how much that is.
    """

    def __init__(
        self,
        message: str,
        start: int,
        end: int,
        suggestions: tuple[str, ...] = (),
        choices: tuple[str, ...] = (),
        total: int = 0,
    ) -> None:
        super().__init__(message, field="line")
        self.start, self.end, self.suggestions = start, end, suggestions
        self.choices = () if suggestions else choices
        self.total = total or len(self.choices)

    @property
    def offer(self) -> str:
        """What stands before the names that are told with it; nothing where there are none."""
        if self.suggestions:
            return _("Did you mean:")
        if self.total > len(self.choices):
            return _("There are %(total)s, among them:") % {"total": self.total}
        return _("There are:") if self.choices else ""

    @property
    def offered(self) -> tuple[str, ...]:
        """The names that are told with it."""
        return self.suggestions or self.choices


@dataclass(frozen=True)
class Part:
    """One part of a line and where it stands.

    ``values``: the value at its commas, as far as they do not stand in quotation marks; ``quoted``: whether some of it
    does, ``closed``: whether it ends with a quotation mark.
    """

    minus: bool
    key: str
    sign: str
    value: str
    start: int
    end: int
    values: tuple[str, ...] = ()
    quoted: bool = False
    closed: bool = False


def parts_of(text: str) -> Iterator[Part]:
    """A line taken apart. Raises LineError for a quotation mark that is not closed."""
    folded = text.translate(FOLDED)
    for match in PART.finditer(folded):
        if not match[0]:
            continue
        value = match["value"]
        if value.count('"') % 2:
            raise LineError(_("A quotation mark is not closed."), match.start("value"), match.end())
        typed = text[match.start("value") : match.end()]
        found = [_bare(typed[one.start() : one.end()], one[0]) for one in VALUE.finditer(value)]
        whole = _bare(typed, value) if match["key"] else "".join(_unmarked(typed, value))
        yield Part(
            bool(match["minus"]),
            (match["key"] or "").lower(),
            match["sign"] or "",
            whole,
            match.start(),
            match.end(),
            tuple(one for one in found if one),
            '"' in value,
            value.endswith('"'),
        )


def parts_if_whole(kept: str) -> list[Part]:
    """A line that was kept, taken apart; nothing of one that was cut off within quotation marks.

    Lines are no longer cut, but those of before still are: they were kept at 500 characters, however long they were.
    """
    try:
        return list(parts_of(kept))
    except LineError:
        return []


def quoted(value: str) -> str:
    """A value as it stands in a line: in quotation marks where something in it would be read otherwise."""
    plain = PLAIN.fullmatch(value) and value.translate(FOLDED) == value and value.lower() not in OPERATORS
    return value if plain else f'"{value}"'


def _bare(typed: str, folded: str) -> str:
    """A value without its quotation marks; what stands within them is as it was typed."""
    inside, kept = False, []
    for one, plain in zip(typed, folded, strict=True):
        if plain == '"':
            inside = not inside
        else:
            kept.append(one if inside else plain)
    return "".join(kept).strip()


def _unmarked(typed: str, folded: str) -> Iterator[str]:
    return (one for one, plain in zip(typed, folded, strict=True) if plain != '"')
