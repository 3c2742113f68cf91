"""A question to the audience in the reader's words: what its values are called, and each of its parts as a phrase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from community.consent.api import Channel, Purpose
from community.members.api import car_labels
from crm_bridge.audience.line import WINDOW_KEYS
from crm_bridge.audience.parts import Part, parts_if_whole
from crm_bridge.keywords.vocabulary import known_labels, labels
from crm_bridge.models.profile import Stage
from crm_bridge.profiles.queries import club_titles

UNSAID = ("permit", "sort")  # told beside the question: whom it may list and in which order


@dataclass(frozen=True)
class Phrase:
    """One part of a question: “cares about” and “Roof rack”."""

    label: str
    value: str
    excluded: bool


def phrases_of(lines: Iterable[str]) -> dict[str, list[Phrase]]:
    """Lines as phrases, all in as many queries as one; a line that cannot be taken apart has none."""
    parts = {line: [part for part in parts_if_whole(line) if part.key not in UNSAID] for line in lines}
    said = iter(phrases(part for found in parts.values() for part in found))
    return {line: [next(said) for _part in found] for line, found in parts.items()}


def phrases(parts: Iterable[Part]) -> list[Phrase]:
    """Parts of questions as phrases."""
    parts = list(parts)
    wanted: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        wanted[part.key].update(_values(part))
    names = {key: value_names(key, values) for key, values in wanted.items()}
    return [_phrase(part, names[part.key]) for part in parts]


def _values(part: Part) -> list[str]:
    if part.key == "interest":
        return [part.value.partition(">=")[0]]
    if part.key in WINDOW_KEYS:
        return [f"{part.sign}{part.value.rstrip('d')}"]
    return list(part.values) if part.key and part.values else [part.value]


def _phrase(part: Part, names: dict[str, str]) -> Phrase:
    least = part.value.partition(">=")[2] if part.key == "interest" else ""
    value = pgettext("between", ", ").join(names[one] for one in _values(part))
    return Phrase(label_of(part.key, excluded=part.minus), f"{value} ≥ {least}" if least else value, part.minus)


def label_of(key: str, *, excluded: bool = False) -> str:
    """What a part of a question says of people, before its value."""
    said = {
        "": _("with the word"),
        "interest": _("cares about"),
        "stage": _("is"),
        "club": _("is in"),
        "owns": _("drives"),
        "language": _("reads"),
        "active": _("last here"),
        "joined": _("joined"),
        "permit": _("may be reached for"),
        "sort": _("sorted by"),
    }
    unsaid = {
        "interest": _("does not care about"),
        "stage": _("is not"),
        "club": _("is not in"),
        "owns": _("does not drive"),
        "language": _("does not read"),
    }
    return unsaid[key] if excluded and key in unsaid else said.get(key, key)


def value_names(key: str, values: Iterable[str]) -> dict[str, str]:
    """What values of a part are called in the reader's language; one that is unknown by now, by its code."""
    values = list(values)
    if key == "interest":
        return labels(values)
    if key == "owns":
        # A car the vocabulary does not know is called what its owners call it.
        return {**{value: value for value in values}, **car_labels(values), **known_labels(values)}
    if key == "club":
        return {**{value: value for value in values}, **club_titles(values)}
    if key == "sort":
        codes = [value.partition(":")[2] for value in values if value.startswith("interest:")]
        named = labels(codes) if codes else {}
        return {value: named.get(value.partition(":")[2]) or _order(value) for value in values}
    makers: dict[str, Any] = {"stage": _stage, "language": _language, "permit": permit_name}
    makers |= dict.fromkeys(WINDOW_KEYS, window_name)
    return {value: makers[key](value) if key in makers else value for value in values}


def _stage(value: str) -> str:
    return str(Stage(value).label) if value in Stage.values else value


def _language(value: str) -> str:
    return {"en": "English", "zh": "中文"}.get(value, value)


def _order(value: str) -> str:
    name = value.removeprefix("-")
    orders = {
        "active": (_("last here, longest ago first"), _("last here, latest first")),
        "joined": (_("joined, longest ago first"), _("joined, latest first")),
        "days": (_("days active, fewest first"), _("days active, most first")),
        "acts": (_("acts, fewest first"), _("acts, most first")),
    }
    return orders[name][value.startswith("-")] if name in orders else value


def permit_name(value: str) -> str:
    """A purpose over a channel in words."""
    purpose, _sign, channel = value.partition(":")
    return _("%(purpose)s: %(channel)s") % {"purpose": Purpose(purpose).label, "channel": Channel(channel).label}


def window_name(value: str) -> str:
    """Days ago, as ``<30``, ``>90`` or ``<90 >30``, in words."""
    days = {part[0]: part[1:] for part in value.split()}
    if not all(number.isdecimal() for number in days.values()):  # written by hand in weeks or years
        return value
    if "<" not in days:
        return ngettext("over %(days)s day ago", "over %(days)s days ago", int(days[">"])) % {"days": days[">"]}
    if ">" not in days:
        within = ngettext("in the last %(days)s day", "in the last %(days)s days", int(days["<"]))
        return within % {"days": days["<"]}
    return _("%(from)s to %(to)s days ago") % {"from": days[">"], "to": days["<"]}
