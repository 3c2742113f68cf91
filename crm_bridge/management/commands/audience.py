"""``manage.py audience LINE``: the marketer's search on the command line."""

from __future__ import annotations

import json
import re
import unicodedata
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from community.kernel.api import batched, now
from community.search.api import MAX_WINDOW, SearchDown, missing
from crm_bridge.audience.line import Line, LineError, parse, render
from crm_bridge.audience.meant import words_of
from crm_bridge.audience.services import FACET_KEYS, FEWEST, Audience, Person
from crm_bridge.audience.times import windows_of
from crm_bridge.audience.words import permit_name
from crm_bridge.console.services import list_people
from crm_bridge.models import Profile
from crm_bridge.profiles.projector import INDEX
from crm_bridge.profiles.queries import Interest

OPTION = re.compile(r"--.*|-|-h|-v=?[0-9]*|-[0-9.]+")  # or the number after one
HELP = """The line is written as in the Workbench; docs/audience.md has all of it. Examples:
  manage.py audience "interest:roof-rack>=2 stage:stable active<30d" --limit 50 --format json
  manage.py audience -club:touring
  manage.py audience -- "-ada"     (after -- everything is the line)"""


class Command(BaseCommand):
    """Prints who matches a line."""

    help = 'Search members by a query line, as "interest:roof-rack>=2 stage:stable active<30d".'

    def run_from_argv(self, argv: list[str]) -> None:
        """A line that begins with a minus is a line and no option."""
        lines = [] if "--" in argv else [one for one in argv[2:] if one[:1] == "-" and not OPTION.fullmatch(one)]
        super().run_from_argv([*(one for one in argv if one not in lines), *(["--", *lines] if lines else [])])

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The line, how many people, in which form."""
        parser.epilog, parser.formatter_class = HELP, RawDescriptionHelpFormatter
        parser.add_argument("line", help="the question; in quotation marks, for the sake of the shell")
        parser.add_argument("--limit", type=int, default=20, help="how many people are shown (default 20)")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask and print. A mistake in the line is shown under the place where it stands."""
        if options["limit"] < 1:
            raise CommandError("--limit is a number from 1 on.")
        try:
            found = list_people(parse(options["line"]), actor=None, size=options["limit"], now=now())
        except LineError as error:
            raise CommandError(explained(error, options["line"])) from error
        except SearchDown as error:
            raise CommandError(_no_answer()) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_text(found))


def explained(error: LineError, line: str) -> str:
    """A mistake with the line and a pointer under the place, whatever the width of the signs before it."""
    shown = "".join(one if one.isprintable() else " " for one in line)
    pointer = " " * _width(shown[: error.start]) + "^" * max(1, _width(shown[error.start : error.end]))
    hint = f"\n{error.offer} {', '.join(error.offered)}" if error.offered else ""
    return f"{error.message}\n  {shown}\n  {pointer}{hint}"


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    widths = (0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
    return sum(widths)


def _no_answer() -> str:
    """Why nobody was found: an index that was never made does not come back by itself."""
    try:
        never_made = missing(INDEX)
    except SearchDown:
        never_made = False
    if never_made:
        return "Nothing is indexed yet: manage.py relay --drain makes and fills the index."
    return "Search is away at the moment; try again in a minute."


def as_json(found: Audience) -> dict[str, Any]:
    """The answer as plain values. ``counted_only`` is a multiple of ten, or the words "fewer than 10"."""
    stages: dict[int, str] = {}
    for ids in batched((person.member.pk for person in found.people), MAX_WINDOW):
        stages |= dict(Profile.objects.filter(pk__in=ids).values_list("pk", "stage"))
    return {
        "line": render(found.line),
        "meant": [
            {"words": term.said, "keywords": [keyword.code for keyword in term.keywords]}
            for term in words_of(found.line.words).terms
        ],
        "total": found.total,
        "purpose": found.line.permit[0],
        "channel": found.line.permit[1],
        "members": [_member(person, stages.get(person.member.pk, "")) for person in found.people],
        "facets": {
            FACET_KEYS.get(name, name): list(_facet(name, values)) for name, values in sorted(found.facets.items())
        },
        "counted_only": found.counted_only if found.counted_only is not None else f"fewer than {FEWEST}",
    }


def _facet(name: str, values: list[tuple[Any, int]]) -> Iterator[dict[str, Any]]:
    """A facet as parts of a line: values, most frequent first and equals by name, or times, latest first."""
    key = FACET_KEYS.get(name, name)
    if name.endswith("_at"):
        for bounds, count in windows_of(values):
            yield {"part": " ".join(f"{key}{sign}{days}d" for sign, days in bounds), "count": count}
        return
    for value, count in sorted(values, key=lambda pair: (-pair[1], pair[0])):
        part = f"permit:{value}" if key == "permit" else render(Line(any={key: (value,)}))
        yield {"part": part, "value": value, "count": count}


def _member(person: Person, stage: str) -> dict[str, Any]:
    return {
        "username": person.member.username,
        # As a code, where the list shows one.
        "stage": stage if person.stage else "",
        "last_active_at": person.last_active_at.isoformat() if person.last_active_at else None,
        "interests": [_interest(interest) for interest in person.interests],
    }


def _interest(interest: Interest) -> dict[str, Any]:
    reasons = [{"source": r.source, "reason": r.sentence, "at": r.at.isoformat()} for r in interest.reasons]
    return {"keyword": interest.code, "name": interest.name, "weight": interest.weight, "reasons": reasons}


def as_text(found: Audience) -> str:
    """The answer as lines."""
    purpose, channel = found.line.permit
    others = f"at least {found.counted_only}" if found.counted_only is not None else f"fewer than {FEWEST}"
    people = "1 person permits" if found.total == 1 else f"{found.total} people permit"
    lines = [f"{people} “{permit_name(f'{purpose}:{channel}')}”; {others} more match and are only counted."]
    for term in words_of(found.line.words).terms:
        known = " or ".join(f"{keyword.name} ({keyword.code})" for keyword in term.keywords)
        lines.append(f"“{term.said}” also finds people who care about {known}.")
    for person in found.people:
        interests = ", ".join(f"{interest.name} {interest.weight:.1f}" for interest in person.matching)
        lines.append(f"  {person.member.username:24} {person.stage:20} {interests}")
    return "\n".join(lines)
