"""``manage.py add_circle``: a circle of people who like to do the same."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clubs.models import Club, ClubKind
from clubs.services import ensure_club
from community.kernel.api import PaddockError, clean_slug, now

UNCHECKED = ("models_list", "model_facts", "keywords")  # lists: empty ones would be said to be missing


class Command(BaseCommand):
    """Makes a circle with its board; one that is there stays as it is."""

    help = "Make a circle with its board. Brand clubs come from import_clubs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The circle's address, its title in both languages and what it is about."""
        parser.add_argument("slug", help="its address: /clubs/SLUG/")
        parser.add_argument("title_en")
        parser.add_argument("title_zh")
        parser.add_argument("--about-en", default="", help="one line about it")
        parser.add_argument("--about-zh", default="")
        parser.add_argument("--keywords", nargs="*", default=[], help="words of the vocabulary: joining means interest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and make it."""
        names = ("slug", "title_en", "title_zh", "about_en", "about_zh", "keywords")
        values = {name: options[name] for name in names}
        at = now()
        try:
            values["slug"] = clean_slug(options["slug"])
            Club(kind=ClubKind.CIRCLE, founded_at=at, **values).clean_fields(exclude=UNCHECKED)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except PaddockError as error:
            raise CommandError(error.message) from error
        club = ensure_club(kind=ClubKind.CIRCLE, now=at, **values)
        if club.kind != ClubKind.CIRCLE:
            raise CommandError(f"/clubs/{club.slug}/ is a brand club. Choose another address.")
        self.stdout.write(f"/clubs/{club.slug}/ is here.")
