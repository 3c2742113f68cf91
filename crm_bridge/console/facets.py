"""The facets of an audience as the console shows them: a name, a count, and the line each would lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from community.consent.api import Channel, Purpose
from community.members.api import car_labels
from crm_bridge.audience.line import Line, render, toggled
from crm_bridge.audience.services import WINDOWS, Audience
from crm_bridge.keywords.vocabulary import known_labels, labels
from crm_bridge.models.profile import Stage
from crm_bridge.profiles.queries import club_titles

KEYS = {"interests": "interest", "clubs": "club", "permits": "permit", "active_at": "active", "joined_at": "joined"}


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
    """One facet; ``single`` where choosing one value replaces another."""

    title: str
    choices: list[Choice]
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
    shown = [_facet(found, name, title) for name, title in titles.items()]
    return [facet for facet in shown if facet.choices]


def _facet(found: Audience, name: str, title: str) -> Facet:
    key = KEYS.get(name, name)
    counts = found.facets.get(name, [])
    if name == "permits":
        counts = [(value, count) for value, count in counts if not value.startswith(Purpose.PROFILING)]
    if name.endswith("_at"):
        counts = _windows(counts)
    most = max((count for _value, count in counts), default=0)
    names = value_names(key, [value for value, _count in counts])
    return Facet(
        title,
        [
            Choice(
                names[value],
                count,
                100 * count / most if most else 0,
                _chosen(found.line, key, value),
                render(toggled(found.line, key, value)),
            )
            for value, count in counts
        ],
        single=key in ("permit", "active", "joined"),
    )


def _windows(counts: list[tuple[Any, int]]) -> list[tuple[str, int]]:
    """Buckets between two borders as parts of a line, the latest first."""
    edges = [*WINDOWS, 0]
    spans = [_span(edges[at], edges[at + 1]) for at in range(len(counts))]
    return [(span, count) for span, (_cut, count) in reversed(list(zip(spans, counts, strict=True))) if count]


def _span(longest: int, shortest: int) -> str:
    parts = [f"<{longest}"] if longest != WINDOWS[0] else []
    return " ".join([*parts, f">{shortest}"] if shortest else parts)


def value_names(key: str, values: Iterable[str]) -> dict[str, str]:
    """What values of a facet are called in the reader's language."""
    values = list(values)
    if key == "interest":
        return labels(values)
    if key == "owns":
        # A car the vocabulary does not know is called what its owners call it.
        return {**{value: value for value in values}, **car_labels(values), **known_labels(values)}
    if key == "club":
        return {**{value: value for value in values}, **club_titles(values)}
    makers = {"stage": _stage, "language": _language, "permit": permit_name, "active": _window, "joined": _window}
    return {value: makers[key](value) for value in values}


def _stage(value: str) -> str:
    return str(Stage(value).label)


def _language(value: str) -> str:
    return {"en": "English", "zh": "中文"}.get(value, value)


def permit_name(value: str) -> str:
    """A purpose over a channel in words."""
    purpose, _sign, channel = value.partition(":")
    return _("%(purpose)s: %(channel)s") % {"purpose": Purpose(purpose).label, "channel": Channel(channel).label}


def _window(value: str) -> str:
    days = {part[0]: part[1:] for part in value.split()}
    if "<" not in days:
        return _("over %(days)s days ago") % {"days": days[">"]}
    if ">" not in days:
        return _("in the last %(days)s days") % {"days": days["<"]}
    return _("%(from)s to %(to)s days ago") % {"from": days[">"], "to": days["<"]}


def _chosen(line: Line, key: str, value: str) -> bool:
    if key == "interest":
        return any(wanted.code == value for wanted in line.interests)
    if key == "permit":
        return ":".join(line.permit) == value
    if key in ("active", "joined"):
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


def chips_of(parts: Iterable[tuple[str, str, bool, Line]]) -> list[Chip]:
    """The parts of a question in words."""
    labels_of = {
        "": _("named"),
        "interest": _("cares about"),
        "stage": _("is"),
        "club": _("is in"),
        "owns": _("drives"),
        "language": _("reads"),
        "active": _("last here"),
        "joined": _("joined"),
    }
    return [
        Chip(labels_of[key], _chip_value(key, value), excluded, render(without))
        for key, value, excluded, without in parts
    ]


def _chip_value(key: str, value: str) -> str:
    if not key:
        return value
    if key in ("active", "joined"):
        return _window(value.rstrip("d"))
    if key == "interest":
        code, sign, least = value.partition(">=")
        return f"{labels([code])[code]}{f' ≥ {least}' if sign else ''}"
    values = value.split(",")
    names = value_names(key, values)
    return pgettext("between", ", ").join(names[one] for one in values)
