"""``manage.py recount [--check]``: kept numbers against counted ones."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from community.kernel.recount import Recountable, Repair, recountables

SHOWN = 10


class Command(BaseCommand):
    """Counts kept numbers anew and repairs those that differ."""

    help = "Count kept numbers anew; with --check only say where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether numbers that differ are only told."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all, then repair unless only asked to check."""
        wrong = 0
        with tqdm(recountables(), unit=" kinds", leave=False, disable=None) as entries:
            for entry in entries:
                entries.set_description(entry.name)
                differences = entry.check()
                wrong += len(differences)
                with tqdm.external_write_mode():
                    self._tell(entry, differences)
                if differences and entry.repair and not options["check"]:
                    _repair(entry.name, entry.repair, len(differences))
        if wrong and options["check"]:
            raise CommandError(f"{wrong} kept numbers differ from what was counted.")

    def _tell(self, entry: Recountable, differences: list[str]) -> None:
        self.stdout.write(f"{entry.name}: {len(differences)} differ")
        for difference in differences[:SHOWN]:
            self.stdout.write(f"  {difference}")
        for figure in entry.unknown():
            self.stdout.write(f"  not checkable: {figure}")


def _repair(name: str, repair: Repair, total: int) -> None:
    with transaction.atomic():
        parts = repair() or ()  # one that goes part by part has not begun yet
    with tqdm(desc=name, total=total, unit=" rows", delay=2, disable=None) as progress:
        for done in parts:
            progress.update(done)
