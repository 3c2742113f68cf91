"""Reads the demo's texts."""

from __future__ import annotations

import tomllib
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
WORDS = FOLDER / "words"


@cache
def read(name: str) -> dict[str, Any]:
    """One file of content, parsed."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def picture(name: str) -> BytesIO:
    """A picture somebody of the demo hands in."""
    return BytesIO((FOLDER / "pictures" / f"{name}.webp").read_bytes())


def rows(name: str, kind: str) -> list[dict[str, Any]]:
    """The entries of one kind in a file."""
    return list(read(name)[kind])
