"""Names of erased people in what the brand's people asked and saved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby
from typing import Any

from django.db.models import Q

from community.members.api import Member
from community.search.api import HAN, is_han
from crm_bridge.audience.parts import LineError, Part, parts_of
from crm_bridge.models import AccessEntry, AudienceQuestion, Segment

# Where a line, or the name of one, is kept.
LINES: tuple[tuple[Any, str], ...] = (
    (AudienceQuestion, "line"),
    (AccessEntry, "why"),
    (Segment, "line"),
    (Segment, "name"),
)
SHORTEST = 2
GONE = "…"
LATIN = rf"[^\W{HAN}]"  # letters and digits that go on with a Latin name; Chinese is written without spaces


def take_names_out(member: Member) -> None:
    """Put a sign instead of a member's user name and whole display name, wherever the words of a line stand.

    The single words of a display name stay: anybody may be called what a car, a place or a colour is called.
    """
    names = [name for one in (member.username, member.name) if len(name := " ".join(one.split())) >= SHORTEST]
    pattern = re.compile("|".join(map(_pattern, sorted(names, key=len, reverse=True))), re.IGNORECASE)
    for model, column in LINES:
        asked = Q()
        for name in names:
            asked |= Q(*((f"{column}__icontains", word) for word in name.split()))
        for row in model.objects.filter(asked).only("pk", column):
            text = getattr(row, column)
            changed = pattern.sub(GONE, text) if column == "name" else _without(pattern, text)
            if changed != text:
                _keep(model, row.pk, column, changed)


def _pattern(name: str) -> str:
    """A name by itself: within a longer Latin word it is another one."""
    before = "" if is_han(name[0]) else rf"(?<!{LATIN})"
    after = "" if is_han(name[-1]) else rf"(?!{LATIN})"
    return before + r"\s+".join(map(re.escape, name.split())) + after


def _without(pattern: re.Pattern[str], line: str) -> str:
    """A line without the free words that quote a name, each as a whole: what is left of it would ask for others."""
    said, end = "", 0
    for free, run in groupby(_parts(line), key=lambda part: not part.key):
        gone = False
        for part, named in _named(pattern, run) if free else ():
            # A name of several words is one sign.
            if named:
                said, end = said if gone else f"{said}{line[end : part.start]}{GONE}", part.end
            gone = named
    return said + line[end:]


def _parts(line: str) -> list[Part]:
    try:
        return list(parts_of(line))
    except LineError:  # it was cut off within quotation marks: a name in what is left goes all the same
        return list(parts_of(f'{line}"'))


def _named(pattern: re.Pattern[str], run: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Free words that follow each other, and whether each is a part of a name: one of two words is two parts."""
    parts = list(run)
    text = " ".join(part.value for part in parts)
    spans = [match.span() for match in pattern.finditer(text)]
    starts = accumulate((len(part.value) + 1 for part in parts), initial=0)
    for part, start in zip(parts, starts, strict=False):
        yield part, any(first < start + len(part.value) and start < last for first, last in spans)


def _keep(model: Any, key: int, column: str, text: str) -> None:
    """Names of segments are there once: a number tells two of them apart."""
    if model is Segment and column == "name" and Segment.objects.filter(name=text).exists():
        text = f"{text} {key}"[:80]
    model.objects.filter(pk=key).update(**{column: text})
