"""Templates are read and reviewed: their lines fit on a screen."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"
WIDTH = 140
# A tag of Django's stands on one line, however long it is; so may a text without any.
WHOLE = re.compile(r"\s*(?:{%(?:(?!%}).)*%}|[^<>{}]*)")


def test_a_line_of_a_template_is_at_most_140_characters_wide_unless_it_is_one_tag():
    wide = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDTH and not WHOLE.fullmatch(line)
    ]
    assert not wide
