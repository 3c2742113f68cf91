"""``manage.py audience LINE``: the marketer's search on the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from community.kernel.api import now
from community.search.api import SearchDown
from crm_bridge.audience.line import LineError, parse
from crm_bridge.audience.services import FEWEST, Audience, Person, audience
from crm_bridge.profiles.queries import Interest


class Command(BaseCommand):
    """Prints who matches a line."""

    help = 'Search members by a query line, as "interest:roof-rack>=2 stage:stable active<30d".'

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The line, how many people, in which form."""
        parser.add_argument("line")
        parser.add_argument("--limit", type=int, default=20, help="people shown (default 20)")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask and print. A mistake in the line is shown under the place where it stands."""
        try:
            found = audience(parse(options["line"]), size=max(1, options["limit"]), now=now())
        except LineError as error:
            pointer = " " * error.start + "^" * max(1, error.end - error.start)
            hints = error.suggestions or error.choices
            hint = f"\nTry: {', '.join(hints)}" if hints else ""
            raise CommandError(f"{error.message}\n  {options['line']}\n  {pointer}{hint}") from error
        except SearchDown as error:
            raise CommandError("Search is away at the moment; try again in a minute.") from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_text(found))


def as_json(found: Audience) -> dict[str, Any]:
    """The answer as plain values. ``counted_only`` is a multiple of ten, or the words "fewer than 10"."""
    return {
        "total": found.total,
        "purpose": found.line.permit[0],
        "channel": found.line.permit[1],
        "members": [_member(person) for person in found.people],
        "facets": {
            name: [{"value": _plain(value), "count": count} for value, count in values]
            for name, values in found.facets.items()
        },
        "counted_only": found.counted_only if found.counted_only is not None else f"fewer than {FEWEST}",
    }


def _member(person: Person) -> dict[str, Any]:
    return {
        "username": person.member.username,
        "stage": person.stage,
        "last_active_at": person.last_active_at.isoformat() if person.last_active_at else None,
        "interests": [_interest(interest) for interest in person.interests],
    }


def _interest(interest: Interest) -> dict[str, Any]:
    reasons = [{"source": r.source, "reason": r.sentence, "at": r.at.isoformat()} for r in interest.reasons]
    return {"keyword": interest.code, "name": interest.name, "weight": interest.weight, "reasons": reasons}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value


def as_text(found: Audience) -> str:
    """The answer as lines."""
    purpose, channel = found.line.permit
    others = f"at least {found.counted_only}" if found.counted_only is not None else f"fewer than {FEWEST}"
    lines = [f"{found.total} people permit {purpose} by {channel}; {others} more match and are only counted."]
    for person in found.people:
        interests = ", ".join(f"{interest.name} {interest.weight:g}" for interest in person.matching)
        lines.append(f"  {person.member.username:24} {person.stage:20} {interests}")
    return "\n".join(lines)
