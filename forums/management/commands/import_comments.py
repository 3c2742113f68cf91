"""``manage.py import_comments FILE --board SLUG``: a table of comments becomes a board."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from tqdm import tqdm

from community.kernel.api import now
from forums.importers.comments import Import
from forums.importers.common import GRANT_WARNING, Unreadable, board_of
from forums.importers.table import Comment

SHOWN_LINES = 10


class Command(BaseCommand):
    """Imports a file of comments as topics and posts."""

    help = (
        "Import a CSV file with a column content and optional content_id, author and date. Rows with one content_id "
        "are one post; without an author the content_id is the member. Can be run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from and where to."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--board", required=True, help="slug of the board, made where it is missing")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default="", help="of the members; default: as they write")
        parser.add_argument("--grant-all-for-demo", action="store_true", help=GRANT_WARNING)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, then say what was taken over and what was not."""
        path, slug = options["file"], options["board"]
        if not path.is_file():
            raise CommandError(f"{path} is no file.")
        try:
            validate_slug(slug)
            self._import(path, slug[:60], language=options["language"], grant_all=options["grant_all_for_demo"])
        except Unreadable as error:
            raise CommandError(f"{path}: {error} Nothing was imported.") from error
        except ValidationError as error:
            raise CommandError(f"--board {slug}: {error.messages[0]}") from error

    def _import(self, path: Path, slug: str, *, language: str, grant_all: bool) -> None:
        if grant_all:
            self.stdout.write(GRANT_WARNING)
        work = Import(path, grant_all=grant_all, language=language, now=now())
        work.read(_progress)
        work.run(board_of(slug, title_en=slug, title_zh=slug), _progress)
        done, table = work.done, work.table
        self.stdout.write(
            f"{done['Comments']} comments by {done['Authors']} new members taken over, "
            f"{done['known']} were here from an earlier run."
        )
        told = {
            f"{done['repeated']} rows repeat a content_id of this file and are left out.": done["repeated"],
            f"{table.empty} rows without a text are left out.": table.empty,
            f"{done['erased']} comments are of people who were erased here: left out.": done["erased"],
            f"{len(work.misdated)} dates were not understood ({_lines(work.misdated)}); "
            "their comments are dated now.": work.misdated,
            f"{len(work.too_long)} comments of more than 40,000 characters left out ({_lines(work.too_long)}).": (
                work.too_long
            ),
            f"{len(table.doubtful)} rows go over several lines and have text behind a closing quotation mark "
            f"({_lines(table.doubtful)}): is one missing? They were taken over as they stand.": table.doubtful,
        }
        for sentence, count in told.items():
            if count:
                self.stdout.write(sentence)


def _lines(numbers: list[int]) -> str:
    more = " and more" if len(numbers) > SHOWN_LINES else ""
    return f"line {', '.join(map(str, numbers[:SHOWN_LINES]))}{more}"


def _progress(found: Iterable[Comment], name: str, total: int | None) -> Iterable[Comment]:
    return tqdm(found, desc=name, total=total, unit=" rows", disable=None)
