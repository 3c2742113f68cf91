"""Interests from signals: pure functions of what happened and of the time, the same in whatever order it came.

The strength of one signal fades by a power of its age, (1 + age / scale) ** -1, the shape of human forgetting
(J. T. Wixted & E. B. Ebbesen, "On the form of forgetting", Psychological Science 2, 1991, 409-415): quickly at
first, then ever more slowly, so that an old passion stays faintly visible. Strengths add up and saturate,
10 * (1 - exp(-strength / 6)), so that a hundred posts do not drown everything else.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

TOP, SATURATION = 10.0, 6.0
STEP = LEAST = 0.02  # of a weight: as fine as the index sorts and compares
QUARTER = timedelta(days=91)
REASONS = 5
FADE = {"declared": 720.0, "garage": 720.0, "added": 720.0}
FADE_DAYS = 120.0
DECLARED_SOURCES = frozenset(FADE)  # what a member states instead of doing
STRENGTH = {
    "added": 6.0,
    "declared": 4.0,
    "garage": 3.0,
    "topic": 2.0,
    "idea": 2.0,
    "club": 2.0,
    "search": 1.5,
    "referrer": 1.5,
    "post": 1.0,
    "vote": 1.0,
}
COUNTED = 3  # mentions of a keyword in one text that still add strength


class SignalValue(NamedTuple):
    """One reason: keyword, kind of act, which one, its title, how often mentioned, from when on it counts.

    ``happened_at``: when it was, where that may be earlier. A tuple, since a busy relay makes some hundred thousand of
    them a minute.
    """

    keyword: str
    source: str
    source_id: str
    title: str
    mentions: int
    at: datetime
    happened_at: datetime | None = None


@dataclass(frozen=True)
class Control:
    """What the member said about an interest."""

    muted: bool = False
    weight: float | None = None
    added_at: datetime | None = None
    removed_at: datetime | None = None


class ReasonValue(NamedTuple):
    """The latest signal of a kind and title, and how many of them there are."""

    latest: SignalValue
    times: int


@dataclass(frozen=True)
class InterestValue:
    """An interest: weight 0 to 10 now and three months ago, told by the member or worked out, with its reasons."""

    keyword: str
    weight: float
    was: float
    told: bool
    muted: bool
    reasons: tuple[ReasonValue, ...]


def interests(signals: Iterable[SignalValue], controls: dict[str, Control], *, now: datetime) -> list[InterestValue]:
    """All interests, muted ones too, the heaviest first."""
    by_keyword: dict[str, list[SignalValue]] = defaultdict(list)
    for signal in signals:
        removed = controls.get(signal.keyword, Control()).removed_at
        if removed is None or signal.at > removed:
            by_keyword[signal.keyword].append(signal)
    for keyword, control in controls.items():
        if control.added_at:
            by_keyword[keyword].append(SignalValue(keyword, "added", keyword, "", 1, control.added_at))
        elif control.muted or control.weight is not None:
            by_keyword.setdefault(keyword, [])
    found = [_interest(keyword, found, controls.get(keyword), now) for keyword, found in by_keyword.items()]
    kept = [interest for interest in found if interest.weight >= LEAST or interest.muted]
    return sorted(kept, key=lambda interest: (-interest.weight, interest.keyword))


def _interest(keyword: str, signals: list[SignalValue], control: Control | None, now: datetime) -> InterestValue:
    control = control or Control()
    ordered = sorted(signals, key=lambda s: (s.at, s.source, s.source_id), reverse=True)
    weight = weight_at(ordered, now)
    if control.weight is not None:
        weight = control.weight
    told = control.weight is not None or any(signal.source in DECLARED_SOURCES for signal in ordered)
    was = weight_at([signal for signal in ordered if signal.at <= now - QUARTER], now - QUARTER)
    reasons = tuple(reasons_of(ordered)[:REASONS])
    return InterestValue(keyword, in_steps(weight), in_steps(was), told, control.muted, reasons)


def in_steps(weight: float) -> float:
    """A weight as it is kept, shown, sorted by and asked for: the nearest multiple of 0.02."""
    return round(round(weight / STEP) * STEP, 2)


def reasons_of(newest_first: Iterable[SignalValue]) -> list[ReasonValue]:
    """Signals of the same act and title as one reason; what the member told first, then the newest."""
    folded: dict[tuple[str, str], ReasonValue] = {}
    for signal in newest_first:
        key = same_reason(signal.source, signal.title)
        held = folded.get(key, ReasonValue(signal, 0))
        folded[key] = held._replace(times=held.times + 1)
    return sorted(folded.values(), key=lambda reason: reason.latest.source not in DECLARED_SOURCES)


def same_reason(source: str, title: str) -> tuple[str, str]:
    """What two signals share that are told as one reason."""
    return source, " ".join(title.casefold().split())


def weight_at(signals: Iterable[SignalValue], at: datetime) -> float:
    """The weight of signals at a time, 0 to 10. ``fsum`` makes the order of addition irrelevant."""
    strength = math.fsum(strength_of(signal, at) for signal in signals)
    return TOP * (1 - math.exp(-strength / SATURATION))


def strength_of(signal: SignalValue, at: datetime) -> float:
    """What one signal adds at a time."""
    age = max(0.0, (at - signal.at).total_seconds() / 86400)
    base = STRENGTH[signal.source] * (1 + 0.25 * (min(signal.mentions, COUNTED) - 1))
    return base / (1 + age / FADE.get(signal.source, FADE_DAYS))
