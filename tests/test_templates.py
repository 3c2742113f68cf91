"""Templates are read and reviewed: their lines fit on a screen."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"
WIDTH = 140
# A tag of Django's stands on one line, however long it is; so may a text without any.
WHOLE = re.compile(r"\s*(?:{%(?:(?!%}).)*%}|[^<>{}]*)")

LIVERY = re.compile(r"{% livery ([\w.]+)")


def test_a_line_of_a_template_is_at_most_140_characters_wide_unless_it_is_one_tag():
    wide = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDTH and not WHOLE.fullmatch(line)
    ]
    assert not wide


def test_who_may_be_erased_is_drawn_in_colours_that_are_nobodys_then():
    drawn = {
        (str(path.relative_to(TEMPLATES)), whose)
        for path in TEMPLATES.rglob("*.html")
        for whose in LIVERY.findall(path.read_text())
        if whose != "None" and not whose.endswith("colours")
    }
    here = {"members/space.html": "member.pk", "base.html": "user.pk"}  # pages of people who are not
    found = {"crm/person.html", "crm/people_rows.html", "crm/people_compact.html"}
    assert drawn == {*here.items(), *((page, "person.member.pk") for page in found)}
