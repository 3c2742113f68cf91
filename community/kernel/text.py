"""What was typed, as it is kept."""

from __future__ import annotations


def one_line(text: str, most: int | None = None) -> str:
    """A text as a single line: white space folded, without NUL, which no PostgreSQL takes; cut after ``most``."""
    return " ".join(text.replace("\0", "").split())[:most]


def several_lines(text: str) -> str:
    """A text of several lines: each break one character, as its writer counts it; no NUL, no white space around."""
    return text.replace("\r\n", "\n").replace("\0", "").strip()
