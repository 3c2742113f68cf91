"""``manage.py load_vocabulary``: the keywords an installation begins with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from crm_bridge.keywords.starter import FOLDER, load, read


class Command(BaseCommand):
    """Loads the starter vocabulary."""

    help = "Load the starter vocabulary. Can be run again: what managers changed or deleted stays so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder the words are read from."""
        parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="default: Paddock's own words")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how much was new."""
        folder: Path = options["folder"]
        try:
            keywords = read(folder)
        except (TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        if not keywords:
            raise CommandError(f"{folder} has no *.toml with keywords")
        quiet = options["verbosity"] == 0
        new, terms = load(keywords, progress=lambda found: tqdm(found, desc="Keywords", disable=quiet or None))
        if not quiet:
            self.stdout.write(f"{new} keywords and {terms} further words were new; {len(keywords)} are in the files.")
