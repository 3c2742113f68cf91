"""``manage.py add_board``: a board of the forums."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from community.kernel.api import PaddockError, clean_slug
from forums.enums import Readership
from forums.models import Board
from forums.services import ensure_board


class Command(BaseCommand):
    """Makes a board; one that is there stays as it is."""

    help = "Make a board. Clubs and circles have theirs already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The board's address, its title in both languages and who reads it."""
        parser.add_argument("slug", help="its address: /boards/SLUG/")
        parser.add_argument("title_en")
        parser.add_argument("title_zh")
        parser.add_argument("--about-en", default="", help="one line about it")
        parser.add_argument("--about-zh", default="")
        parser.add_argument("--readers", choices=Readership.values, default=Readership.PUBLIC.value)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and make it."""
        names = ("slug", "title_en", "title_zh", "about_en", "about_zh", "readers")
        values = {name: options[name] for name in names}
        try:
            values["slug"] = clean_slug(options["slug"])
            Board(**values).clean_fields(exclude=["last_post_at"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except PaddockError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"/boards/{ensure_board(**values).slug}/ is here.")
