"""What the looks of a few pages stand for on all of them."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parent.parent / "static" / "css").rglob("*.css"))
PROPERTY = r"(?:^|[;\s])(?:color|background(?:-color|-image)?|opacity|filter)\s*:"
COLOURED = re.compile(PROPERTY + r"|:[^;]*(?:#[0-9a-f]{3,8}\b|\b(?:light-dark|oklch|rgba?|hsla?|color-mix)\()")


def coloured_by_language(sheet):
    """The selectors of rules for a language that set a colour; marks beside characters are not read."""
    plain = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    rules = re.findall(r"([^{}]*(?::lang\(|\[lang)[^{}]*)\{([^{}]*)\}", plain)
    return [selector.strip() for selector, said in rules if COLOURED.search(said)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_colour_depends_on_the_language(sheet):
    """So what axe says of colours in one language holds in the other."""
    assert coloured_by_language(sheet.read_text()) == []


def test_control_a_colour_for_a_language_is_found():
    sheet = ":lang(zh) em { margin: 0; color: red; } [lang|='en'] { --ink-2: #555; } em:lang(zh) { margin: 0; }"
    assert coloured_by_language(sheet) == [":lang(zh) em", "[lang|='en']"]
