"""``manage.py import_stackexchange DIR``: a Stack Exchange dump becomes a board."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils.text import slugify
from tqdm import tqdm

from community.kernel.api import now
from forums.importers.common import GRANT_WARNING, Unreadable, board_of
from forums.importers.dump import file_of
from forums.importers.figures import audit
from forums.importers.sameness import AnotherDump, last_noted, require_same_site
from forums.importers.stackexchange import Import

LONGEST_SLUG = 54  # and "-aside"


def _bar(found: Iterable[Any], name: str) -> Iterable[Any]:
    return tqdm(found, desc=name, unit=" rows", disable=None)


class Command(BaseCommand):
    """Imports a dump, or compares it with what was imported."""

    help = "Import users, questions, answers, comments and votes of a Stack Exchange dump. Can be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from and where to."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--board", help="slug of the board; default: the folder's name")
        parser.add_argument("--source", help="name the dump is known by later; default: the board's slug")
        parser.add_argument("--check", action="store_true", help="compare the dump's own figures with the database")
        parser.add_argument("--grant-all-for-demo", action="store_true", help=GRANT_WARNING)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import unless only asked to check, then say which figures agree."""
        folder: Path = options["folder"]
        if not folder.is_dir() or file_of(folder, "Posts") is None:
            raise CommandError(f"{folder} has no Posts.xml")
        slug = self._slug("--board", options["board"]) or slugify(folder.resolve().name)[:LONGEST_SLUG] or "import"
        source = self._slug("--source", options["source"]) or slug
        try:
            if not options["check"]:
                self._import(folder, slug, source, grant_all=options["grant_all_for_demo"])
            self._report(folder, source, strict=options["check"])
        except AnotherDump as error:
            raise CommandError(str(error)) from error
        except Unreadable as error:
            raise CommandError(f"{error} What was read before is kept.") from error

    @staticmethod
    def _slug(option: str, given: str | None) -> str:
        if not given:
            return ""
        try:
            validate_slug(given)
        except ValidationError as error:
            raise CommandError(f"{option} {given}: {error.messages[0]}") from error
        return given[:LONGEST_SLUG]

    def _import(self, folder: Path, slug: str, source: str, *, grant_all: bool) -> None:
        since = last_noted(source)
        require_same_site(folder, source=source, now=now())
        if grant_all:
            self.stdout.write(GRANT_WARNING)
        board = board_of(slug, title_en=slug, title_zh=slug)
        aside = board_of(f"{slug}-aside", title_en=f"{slug}: tag texts", title_zh=f"{slug}：标签说明")
        work = Import(folder, board, aside, source=source, since=since, grant_all=grant_all, now=now())
        work.run(_bar)
        for kind in ("Users", "Posts", "Comments", "Votes"):
            self.stdout.write(f"{kind}: {work.done[kind]} taken over, {work.skipped[kind]} without a place left out")

    def _report(self, folder: Path, source: str, *, strict: bool) -> None:
        figures = audit(folder, source=source, progress=_bar)
        for name, found in figures.items():
            told = "not checkable, the dump has nothing to count it from"
            self.stdout.write(f"{name}: {f'{found[0]:,} of {found[1]:,} agree' if found else told}")
        if strict and any(found and found[0] != found[1] for found in figures.values()):
            raise CommandError("Some figures differ from the dump's own.")
