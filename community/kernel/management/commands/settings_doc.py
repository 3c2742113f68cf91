"""``manage.py settings_doc``: docs/settings.md from the table of environment variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from community.settings.env import VARIABLES, Variable

HEAD = """# Settings

Every setting is an environment variable; unset ones have the value in the second column. Production (the settings
module `community.settings.prod`) refuses to start without `PADDOCK_SECRET_KEY` and `PADDOCK_HOSTS`. Written by
`manage.py settings_doc`.

Values are taken as they are. In a user's name or a password within an address, what is no letter, digit, `-`, `.`, `_`
or `~` is written as percent and two digits: `@` as `%40`, `/` as `%2F`, `%` as `%25`. A file that a shell, Compose or
systemd reads keeps its own rules: put a value with `$`, `#` or a space into single quotes there. An empty number,
switch, address, level or time zone is as if it were unset.

| Variable | Unset | Meaning |
| --- | --- | --- |
"""


def document() -> str:
    """The page of all environment variables as Markdown, one row of a table each."""
    return HEAD + "".join(_row(variable) for variable in VARIABLES)


def _row(variable: Variable) -> str:
    default = "" if variable.default in ("", []) else f"`{_written(variable.default)}`"
    return f"| `{variable.name}` | {default} | {variable.meaning} |\n"


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


class Command(BaseCommand):
    """Writes the page of all environment variables, docs/settings.md."""

    help = "Write docs/settings.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and print where it is."""
        path = Path(settings.BASE_DIR) / "docs" / "settings.md"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(str(path))
