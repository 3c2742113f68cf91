"""Names of erased people in what the brand's people asked and saved, and among words the vocabulary does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, count, groupby, pairwise
from typing import Any, NamedTuple
from unicodedata import normalize

from django.db.models import QuerySet

from community.kernel.api import batched
from community.members.api import Member
from community.search.api import HAN, is_han, pieces
from crm_bridge.audience.parts import LineError, Part, parts_of
from crm_bridge.models import AccessEntry, AudienceQuestion, Segment, TermProposal, TermSighting
from crm_bridge.segments.services import NAME_LENGTH

# Where a line, or the name of one, is kept.
LINES: tuple[tuple[Any, str], ...] = (
    (AudienceQuestion, "line"),
    (AccessEntry, "why"),
    (Segment, "line"),
    (Segment, "name"),
)
SHORTEST = 2  # one character stands in too many words that are nobody's name
GONE = "…"
CHUNK = 500
LATIN = rf"[^\W{HAN}]"  # letters and digits that go on with a Latin name; Chinese is written without spaces
# A character with the marks behind it, with which NFKC makes one of them: accents, vowels of Korean, voiced kana.
CLUSTER = re.compile("(?s:.)[\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f]*")


def take_names_out(member: Member) -> None:
    """Put a sign instead of a member's user name and whole display name, wherever the words of a line stand.

    Words that nobody decided about, or that were found to be no keyword, go where they quote one of them.
    The single words of a display name stay: anybody may be called what a car, a place or a colour is called.
    """
    names = _names(member.username, member.name)
    if names is None:
        return
    for model, column in LINES:
        changes = {text: _after(names.pattern, column, text) for text in _naming(names, model.objects.all(), column)}
        for text in sorted(changes):
            _keep(model, column, text, changes[text])
    for rows in (TermSighting.objects.all(), TermProposal.objects.filter(keyword=None)):
        for terms in batched(list(_naming(names, rows, "term")), CHUNK):
            rows.filter(term__in=terms).delete()


class _Names(NamedTuple):
    """What finds one of some names in a folded text, and how each of them begins."""

    pattern: re.Pattern[str]
    beginnings: tuple[str, ...]


def _names(*names: str) -> _Names | None:
    """What finds the names; None where none of them is long enough to be told from other words."""
    words = [pieces(name) or [name] for name in map(_folded, names)]
    words = [name for name in words if sum(map(len, name)) >= SHORTEST]
    longest_first = sorted(words, key=lambda name: sum(map(len, name)), reverse=True)
    pattern = re.compile("|".join(map(_alone, longest_first)))
    return _Names(pattern, tuple(name[0] for name in words)) if words else None


def _naming(names: _Names, rows: QuerySet[Any], column: str) -> Iterator[str]:
    """The texts of a column in which one of the names stands, each once; the comparison is no database's."""
    for text in rows.order_by().values_list(column, flat=True).distinct().iterator():
        folded = _folded(text)
        # That a name does not even begin is told at once, as it is of nearly all.
        if any(beginning in folded for beginning in names.beginnings) and names.pattern.search(folded):
            yield text


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else normalize("NFKC", text).casefold()


def _alone(words: list[str]) -> str:
    """The words of a name by themselves: within a longer Latin word it is another one.

    Search knows no signs between words, so ``anna berg`` asks for ``anna-berg``; and none at all beside Chinese.
    """
    before = "" if is_han(words[0]) else rf"(?<!{LATIN})"
    after = "" if is_han(words[-1]) else rf"(?!{LATIN})"
    signs = (rf"[\W_]{'*' if is_han(one) or is_han(other) else '+'}" for one, other in pairwise(words))
    said = chain.from_iterable(zip(map(re.escape, words), chain(signs, [""]), strict=True))
    return before + "".join(said) + after


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Where names stand in a text, however they are written: in full width, in capitals, with their accents apart."""
    folded, places = "", []
    for cluster in CLUSTER.finditer(text):
        said = normalize("NFKC", cluster[0]).casefold()
        folded += said
        places += [cluster.span()] * len(said)
    for match in pattern.finditer(folded):
        yield places[match.start()][0], places[match.end() - 1][1]


def _after(pattern: re.Pattern[str], column: str, text: str) -> str:
    """What is left of a text without the names in it."""
    return _signed(pattern, text) if column == "name" else _without(pattern, text)


def _signed(pattern: re.Pattern[str], text: str) -> str:
    """A text with a sign for each name in it."""
    said, end = "", 0
    for start, stop in _spans(pattern, text):
        said, end = f"{said}{text[end:start]}{GONE}", stop
    return said + text[end:]


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
    spans = list(_spans(pattern, " ".join(part.value for part in parts)))
    starts = accumulate((len(part.value) + 1 for part in parts), initial=0)
    for part, start in zip(parts, starts, strict=False):
        yield part, any(first < start + len(part.value) and start < last for first, last in spans)


def _keep(model: Any, column: str, text: str, changed: str) -> None:
    """Put a text in the place of another, wherever that stands. A sign is never longer than what it stands for."""
    if changed == text:  # the name is the value of a key
        return
    rows = model.objects.filter(**{column: text})
    if model is Segment and column == "name":
        changed = _free_name(changed)
    rows.update(**{column: changed})


def _free_name(name: str) -> str:
    """A name of a segment that none has: names are there once, a number tells two of them apart."""
    numbers = chain([""], (f" {number}" for number in count(2)))
    names = (f"{name[: NAME_LENGTH - len(number)]}{number}" for number in numbers)
    return next(one for one in names if not Segment.objects.filter(name=one).exists())
