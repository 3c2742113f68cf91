"""Other questions one choice away from a question: a value more, a value less, a part less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crm_bridge.audience.line import DEFAULT_PERMIT, WINDOW_KEYS, Line, Wanted
from crm_bridge.audience.parts import Part


def toggled(line: Line, key: str, value: str) -> Line:
    """The line with one value more, or one less where it was there. ``permit`` and windows are exchanged instead."""
    if key == "interest":
        held = any(wanted.code == value for wanted in line.interests)
        kept = tuple(wanted for wanted in line.interests if wanted.code != value)
        return replace(line, interests=kept if held else (*kept, Wanted(value)))
    if key == "permit":
        purpose, _sign, channel = value.partition(":")
        return replace(line, permit=(purpose, channel))
    if key in WINDOW_KEYS:
        asked = tuple((key, part[0], int(part[1:])) for part in value.split())
        others = tuple(window for window in line.windows if window[0] != key)
        mine = tuple(window for window in line.windows if window[0] == key)
        return replace(line, windows=others if set(mine) == set(asked) else (*others, *asked))
    values = line.any.get(key, ())
    changed = tuple(v for v in values if v != value) if value in values else (*values, value)
    return replace(line, any={**{k: v for k, v in line.any.items() if k != key}, **({key: changed} if changed else {})})


def chips(line: Line) -> Iterator[tuple[Part, Line]]:
    """Each part of a line with the line without it, for showing and taking off."""
    for word in line.words:
        yield _part("", word), replace(line, words=tuple(w for w in line.words if w != word))
    for wanted in line.interests:
        shown = f"{wanted.code}>={wanted.least:g}" if wanted.least else wanted.code
        yield _part("interest", shown), toggled(line, "interest", wanted.code)
    for code in line.without:
        shorter = replace(line, without=tuple(c for c in line.without if c != code))
        yield _part("interest", code, excluded=True), shorter
    for key, values in line.any.items():
        yield _part(key, *values), replace(line, any={k: v for k, v in line.any.items() if k != key})
    for key, values in line.none.items():
        shorter = replace(line, none={k: v for k, v in line.none.items() if k != key})
        yield _part(key, *values, excluded=True), shorter
    for window in line.windows:
        rest = tuple(w for w in line.windows if w != window)
        yield _part(window[0], f"{window[1]}{window[2]}d"), replace(line, windows=rest)
    if line.permit != DEFAULT_PERMIT:
        yield _part("permit", ":".join(line.permit)), replace(line, permit=DEFAULT_PERMIT)
    if line.sort:
        yield _part("sort", line.sort), replace(line, sort="")


def _part(key: str, *values: str, excluded: bool = False) -> Part:
    return Part(excluded, key, "", ",".join(values), 0, 0, values)
