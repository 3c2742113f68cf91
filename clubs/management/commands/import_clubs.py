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
from clubs.services import ensure_club
from community.kernel.api import RESERVED_SLUGS, now, one_line
from community.kernel.drawings import DRAWINGS
from community.members.api import KnownModel

LONGEST, LONGEST_CAR = 70, 30_000


class Command(BaseCommand):
    """One club a brand, its series as models, each a keyword. Run twice, nothing changes; new series are added."""

    help = "Make brand clubs from JSON: {brand: [series]} or [{brand|name, series|models}]; see docs/clubs.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file of brands and their models."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make a club of each brand in the file, or bring it up to date: its models and what is known of them."""
        brands = list(read_brands(options["file"]))
        for brand, known in tqdm(brands, desc="clubs", unit=" clubs", disable=None):
            ensure_club(
                slug=club_slug(brand),
                kind=ClubKind.BRAND,
                title_en=f"{brand} Club",
                title_zh=f"{brand}车友会",
                keywords=[brand],
                models=list(known),
                known={name: facts for name, facts in known.items() if facts != KnownModel()},
                now=now(),
            )
        self.stdout.write(f"{len(brands)} clubs are here.")


def read_brands(path: Path) -> list[tuple[str, dict[str, KnownModel]]]:
    """Brands with their series and what is known of each. Raises CommandError for a file of another form."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    if not isinstance(data, dict | list):
        raise CommandError(f"{path} is neither a list nor an object.")
    pairs = data.items() if isinstance(data, dict) else [_pair(entry) for entry in data if isinstance(entry, dict)]
    found = [(_name(brand), _models(series)) for brand, series in pairs]
    if not any(brand for brand, _series in found):
        raise CommandError(f"{path} names no brands.")
    return [(brand, series) for brand, series in found if brand]


def _pair(entry: dict[str, Any]) -> tuple[Any, Any]:
    brand = entry.get("brand") or entry.get("name") or entry.get("title") or ""
    return brand, entry.get("series") or entry.get("models") or []


def _models(series: Any) -> dict[str, KnownModel]:
    entries = [one if isinstance(one, dict) else {"name": one} for one in series] if isinstance(series, list) else []
    known: dict[str, KnownModel] = {}
    for entry in entries:
        if name := _name(entry.get("name", "")):
            known.setdefault(name, _known(entry))
    return known


def _known(entry: dict[str, Any]) -> KnownModel:
    drawing = _name(entry.get("drawing"))
    return KnownModel(
        name_zh=_name(entry.get("name_zh")),
        drawing=drawing if drawing in DRAWINGS else "",
        **{name: _millimetres(entry.get(name)) for name in ("wheelbase", "height", "length")},
    )


def _millimetres(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < LONGEST_CAR else 0


def _name(value: Any) -> str:
    """One line of text that every database takes; empty for what is no name."""
    text = str(value) if isinstance(value, str | int) else ""
    return one_line(text.encode("utf-8", "ignore").decode(), LONGEST)


def club_slug(brand: str) -> str:
    """An address of Latin letters; names without any, or of a word of the site's addresses, get a short hash."""
    latin = slugify(brand)[:50]
    mark = hashlib.blake2b(brand.encode(), digest_size=4).hexdigest()
    whole = latin.replace("-", "") == slugify(brand, allow_unicode=True).replace("-", "")
    return latin if latin and whole and latin not in RESERVED_SLUGS else f"club-{mark}"
