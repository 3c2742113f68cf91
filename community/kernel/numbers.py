"""Numbers out of addresses and forms, and how many pages a list has."""

from __future__ import annotations

KEY_DIGITS = 18  # fits into 64 bits
PAGE_DIGITS = 7


def number_in(text: str | None, digits: int) -> int | None:
    """The whole number a text is, if it has at most so many digits, which are 0 to 9; else None."""
    return int(text) if text and len(text) <= digits and text.isascii() and text.isdecimal() else None


def page_in(text: str | None) -> int:
    """The page an address asks for; the first where it asks for none."""
    return max(1, number_in(text, PAGE_DIGITS) or 1)


def pages_of(total: int, size: int) -> int:
    """How many pages so many entries fill; one where there is nothing."""
    return max(1, -(-total // size))
