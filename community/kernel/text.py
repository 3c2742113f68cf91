"""What was typed, as it is kept."""

from __future__ import annotations


def one_line(text: str, most: int | None = None) -> str:
    """A text as a single line: white space folded, without NUL, which no PostgreSQL takes; cut after ``most``."""
    return " ".join(text.replace("\0", "").split())[:most]
