"""``manage.py import_clubs FILE``: brand clubs from a list of brands and their series."""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify
from tqdm import tqdm

from clubs.models import ClubKind
from clubs.services import found_club
from community.kernel.api import now

LONGEST = 70


class Command(BaseCommand):
    """One club a brand, its series as models, each a keyword. Run twice, nothing changes; new series are added."""

    help = "Make brand clubs from JSON: {brand: [series]} or [{brand|name, series|models}]."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import."""
        brands = list(read_brands(options["file"]))
        for brand, series in tqdm(brands, desc="clubs", unit=" clubs", disable=None):
            found_club(
                slug=club_slug(brand),
                kind=ClubKind.BRAND,
                title_en=f"{brand} Club",
                title_zh=f"{brand}车友会",
                keywords=[brand],
                models=series,
                now=now(),
            )
        self.stdout.write(f"{len(brands)} clubs are here.")


def read_brands(path: Path) -> list[tuple[str, list[str]]]:
    """Brands with their series. Raises CommandError for a file of another form."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    if not isinstance(data, dict | list):
        raise CommandError(f"{path} is neither a list nor an object.")
    pairs = data.items() if isinstance(data, dict) else [_pair(entry) for entry in data if isinstance(entry, dict)]
    found = [(_name(brand), _names(series)) for brand, series in pairs]
    if not any(brand for brand, _series in found):
        raise CommandError(f"{path} names no brands.")
    return [(brand, series) for brand, series in found if brand]


def _pair(entry: dict[str, Any]) -> tuple[Any, Any]:
    brand = entry.get("brand") or entry.get("name") or entry.get("title") or ""
    return brand, entry.get("series") or entry.get("models") or []


def _names(series: Any) -> list[str]:
    if not isinstance(series, list):
        return []
    names = [_name(one.get("name", "") if isinstance(one, dict) else one) for one in series]
    return [name for name in dict.fromkeys(names) if name]


def _name(value: Any) -> str:
    """One line of text that every database takes; empty for what is no name."""
    text = str(value) if isinstance(value, str | int) else ""
    return " ".join(text.replace("\0", "").encode("utf-8", "ignore").decode().split())[:LONGEST]


def club_slug(brand: str) -> str:
    """An address of Latin letters; names without any get a short hash."""
    latin = slugify(brand)[:50]
    mark = hashlib.blake2b(brand.encode(), digest_size=4).hexdigest()
    whole = latin.replace("-", "") == slugify(brand, allow_unicode=True).replace("-", "")
    return latin if latin and whole else f"club-{mark}"
