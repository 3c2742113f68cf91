"""No slot is asked that nobody fills, and none is filled that nobody asks."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("community", "forums", "ideas", "clubs", "crm_bridge", "demo", "templates")
ASKED = re.compile(r"""contributions\(\s*"([\w.]+)"|\{% slot "(\w+\.[\w.]+)\"""")
FILLED = re.compile(r"""@fills\(\s*"([\w.]+)\"""")


def named(pattern):
    """The names a pattern finds in all code and templates."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*") if path.suffix in {".py", ".html"}]
    return {next(filter(None, found.groups())) for path in files for found in pattern.finditer(path.read_text())}


def test_every_slot_is_asked_and_filled():
    assert named(ASKED) == named(FILLED) != set()
