"""Stored values in the reader's language."""

from __future__ import annotations

from typing import Any


def label_of(choices: Any, value: str) -> str:
    """What a choice is called; one that is unknown by now, by its value."""
    return str(choices(value).label) if value in choices.values else value
