"""``manage.py erasures``: who was erased, to be kept outside of the database and repeated after a restore."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from tqdm import tqdm

from community.kernel.api import now
from community.members.erasure_list import UnreadableLine, erasures, read_erasures, repeat_erasures


def moment(text: str) -> datetime:
    """A day or a time as typed. Raises ValueError."""
    day = parse_date(text)
    at = datetime(day.year, day.month, day.day) if day else parse_datetime(text)  # noqa: DTZ001 - made aware below
    if at is None:
        raise ValueError(text)
    return make_aware(at) if is_naive(at) else at


class Command(BaseCommand):
    """Lists erasures, or repeats those of a list."""

    help = "List who was erased, by number and time, or erase again whom a backup brought back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to list erasures, since when, or to repeat those of a file."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="a line for each: the member's number and when; nothing personal")
        listing.add_argument("--since", type=moment, help="only erasures since that day or time")
        repeating = actions.add_parser("repeat", help="erase again who stands in a list and is here")
        repeating.add_argument("file", help="the list; - reads it from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print who was erased, one a line, or erase again who is on such a list."""
        if options["action"] == "list":
            for line in erasures(options["since"]):
                self.stdout.write(line)
            return
        self._repeat(options["file"])

    def _repeat(self, name: str) -> None:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            listed = read_erasures(text.splitlines())
        except (OSError, ValueError) as error:
            reason = str(error) if isinstance(error, UnreadableLine) else "it cannot be read"
            raise CommandError(f"{name}: {reason}. Nobody was erased.") from error
        with tqdm(desc="Erasures", total=len(listed), unit=" members", delay=2, leave=False, disable=None) as bar:
            done = repeat_erasures(listed, now=now(), progress=bar.update)
        self.stdout.write(f"Erased again: {done.erased}. Still erased: {done.before}. Not here: {done.absent}.")
        if done.others:
            numbers = ", ".join(str(number) for number in done.others)
            self.stderr.write(f"Left alone, as they came after the erasure of their number: {numbers}.")
