"""``manage.py copy_database FROM``: fills the database of the settings with another one's community."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from tqdm import tqdm

from community.kernel.copying import NotTheSame, copy_all, size
from community.settings.databases import database

SOURCE, TARGET = "copied", "default"
FROM_FILE = "sqlite:///"


class Command(BaseCommand):
    """Copies a community between databases of any kind."""

    help = "Fill the database of the settings with the community of another one. Stop both before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address of the database to copy from."""
        parser.add_argument("source", metavar="FROM", help="an address, or the path of a SQLite file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, unless somebody would be lost."""
        if get_user_model().objects.exists():
            raise CommandError("The database of the settings has members already. Nothing was copied.")
        known = connections.configure_settings({TARGET: {}, SOURCE: _source(options["source"])})
        connections.settings[SOURCE] = known[SOURCE]
        try:
            with tqdm(total=size(SOURCE), desc="Rows", delay=2, leave=False) as bar:
                copied = copy_all(SOURCE, TARGET, progress=bar.update)
        except NotTheSame as error:
            raise CommandError(f"{error}. Nothing was copied.") from error
        finally:
            connections[SOURCE].close()
            del connections[SOURCE], connections.settings[SOURCE]
        self.stdout.write(f"{copied} rows are copied.")


def _source(address: str) -> dict[str, Any]:
    if "://" in address:
        return database(address)
    if not Path(address).is_file():
        raise CommandError(f"There is no file {address}.")
    return {**database(FROM_FILE), "NAME": Path(address).absolute()}
