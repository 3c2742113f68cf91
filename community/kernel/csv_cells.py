"""Cells of tables that spreadsheets open."""

import re

# A spreadsheet may split a cell where its own separator is another one; full-width signs are read as the plain ones.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])([^\S\t\r\n]*)(?=[=+\-@＝＋－＠])")


def safe_cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula, wherever it splits it."""
    marked = _FORMULA.sub(r"\1'\2", text)
    return f"'{marked}" if marked.startswith(("\t", "\r", "\n")) else marked
