"""The facets of an audience as the console shows them: a name, a count, and the line each would lead to."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from community.consent.api import PURPOSE_CHANNELS, Purpose
from crm_bridge.audience.changes import chips, toggled
from crm_bridge.audience.line import WINDOW_KEYS, Line, render
from crm_bridge.audience.services import FACET_KEYS, Audience
from crm_bridge.audience.times import windows_of
from crm_bridge.audience.words import phrases, value_names
from crm_bridge.models.profile import Stage

FIRST = 6
FIXED = {
    "stage": tuple(Stage.values),
    "language": ("en", "zh"),
    "permit": tuple(
        f"{purpose}:{channel}"
        for purpose, channels in PURPOSE_CHANNELS.items()
        for channel in channels
        if purpose != Purpose.PROFILING
    ),
}


@dataclass(frozen=True)
class Choice:
    """One value of a facet. ``share`` is its part of the largest, in percent."""

    name: str
    count: int
    share: float
    chosen: bool
    line: str


@dataclass(frozen=True)
class Facet:
    """One facet: the first values and those behind them; ``single`` where choosing one value replaces another."""

    title: str
    choices: list[Choice]
    more: list[Choice]
    single: bool = False


def facets_of(found: Audience) -> list[Facet]:
    """All facets with something to choose."""
    titles = {
        "permits": _("May be reached for"),
        "interests": _("Interest"),
        "stage": _("Stage"),
        "clubs": _("Club"),
        "owns": _("Drives"),
        "active_at": _("Last here"),
        "joined_at": _("Member since"),
        "language": _("Language"),
    }
    shown = [_facet(found, name, title) for name, title in titles.items()] if found.facets else []
    return [facet for facet in shown if facet.choices]


def _facet(found: Audience, name: str, title: str) -> Facet:
    key = FACET_KEYS.get(name, name)
    counts = _counts(found, name, key)
    most = max(counts.values(), default=0)
    names = value_names(key, counts)
    choices = [
        Choice(
            names[value],
            count,
            100 * count / most if most else 0,
            _chosen(found.line, key, value),
            render(toggled(found.line, key, value)),
        )
        for value, count in counts.items()
    ]
    first = [choice for at, choice in enumerate(choices) if at < FIRST or choice.chosen]
    more = [choice for at, choice in enumerate(choices) if at >= FIRST and not choice.chosen]
    # A list is not cut for one line.
    cut = len(more) > 1
    return Facet(title, first if cut else choices, more if cut else [], single=key in ("permit", *WINDOW_KEYS))


def _counts(found: Audience, name: str, key: str) -> dict[str, int]:
    """Values with how many people have them. Of what there is a fixed list, and of what was chosen, zeros too."""
    if key in WINDOW_KEYS:
        windows = windows_of(found.facets.get(name, []))
        return {" ".join(f"{sign}{days}" for sign, days in bounds): count for bounds, count in windows}
    counts = dict(found.facets.get(name, []))
    asked = [wanted.code for wanted in found.line.interests] if key == "interest" else found.line.any.get(key, ())
    if key == "owns" and found.total:  # a brand is counted by its cars
        asked = ()
    return {**counts, **{value: 0 for value in (*FIXED.get(key, ()), *asked) if value not in counts}}


def _chosen(line: Line, key: str, value: str) -> bool:
    if key == "interest":
        return any(wanted.code == value for wanted in line.interests)
    if key == "permit":
        return ":".join(line.permit) == value
    if key in WINDOW_KEYS:
        mine = {f"{sign}{days}" for name, sign, days in line.windows if name == key}
        return mine == set(value.split())
    return value in line.any.get(key, ())


@dataclass(frozen=True)
class Chip:
    """One part of the question, and the line without it."""

    label: str
    value: str
    excluded: bool
    line: str


def chips_of(line: Line) -> list[Chip]:
    """The parts of a question in words."""
    parts = list(chips(line))
    said = phrases(part for part, _without in parts)
    return [
        Chip(phrase.label, phrase.value, phrase.excluded, render(without))
        for phrase, (_part, without) in zip(said, parts, strict=True)
    ]
