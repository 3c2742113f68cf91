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


class Command(BaseCommand):
    """One club a brand, its series as models. Run twice, nothing changes."""

    help = "Make brand clubs from JSON: {brand: [series]} or [{brand|name, series|models}]."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import."""
        brands = list(read_brands(options["file"]))
        for brand, series in tqdm(brands, desc="clubs", unit=" clubs", disable=None):
            name = brand[:70]
            found_club(
                slug=club_slug(brand),
                kind=ClubKind.BRAND,
                title_en=f"{name} Club",
                title_zh=f"{name}车友会",
                keywords=[brand],
                models=series,
                now=now(),
            )
        self.stdout.write(f"{len(brands)} clubs are here.")


def read_brands(path: Path) -> list[tuple[str, list[str]]]:
    """Brands with their series. Raises CommandError for a file of another form."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    pairs = data.items() if isinstance(data, dict) else [_pair(entry) for entry in data if isinstance(entry, dict)]
    found = [(str(brand).strip(), _names(series)) for brand, series in pairs]
    if not any(brand for brand, _series in found):
        raise CommandError(f"{path} names no brands.")
    return [(brand, series) for brand, series in found if brand]


def _pair(entry: dict[str, Any]) -> tuple[Any, Any]:
    brand = entry.get("brand") or entry.get("name") or entry.get("title") or ""
    return brand, entry.get("series") or entry.get("models") or []


def _names(series: Any) -> list[str]:
    if not isinstance(series, list):
        return []
    names = [str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in series]
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def club_slug(brand: str) -> str:
    """An address of Latin letters; names without any get a short hash."""
    latin = slugify(brand)[:50]
    mark = hashlib.blake2b(brand.encode(), digest_size=4).hexdigest()
    whole = latin.replace("-", "") == slugify(brand, allow_unicode=True).replace("-", "")
    return latin if latin and whole else f"club-{mark}"
