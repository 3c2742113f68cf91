"""``manage.py wording_doc``: what members are asked today, word for word, as docs/wordings/VERSION.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from community.consent.texts import PURPOSE_CHANNELS, TEXTS, VERSION

FOLDER = Path(settings.BASE_DIR) / "docs" / "wordings"
HEAD = f"""# Wording {VERSION}

What a member said yes to whose permission has `text_version` {VERSION}. Pages of earlier versions stay beside this one.
Written by `manage.py wording_doc`.
"""
PARTS = {"what": "What", "how_often": "How often", "from_what": "From what", "who": "Who", "how_it_ends": "How it ends"}


def document() -> str:
    """The page: each question with its five facts, in English and in Chinese."""
    return HEAD + "".join(_language(code, name) for code, name in settings.LANGUAGES)


def _language(code: str, name: Any) -> str:
    with translation.override(code):
        lines = [f"\n## {name}\n"]
        for purpose, text in TEXTS.items():
            channels = ", ".join(str(channel.label) for channel in PURPOSE_CHANNELS[purpose])
            lines.append(f"\n### {text.question}\n\n- `{purpose}`: {channels}\n")
            lines += [f"- {part}: {getattr(text, field)}\n" for field, part in PARTS.items()]
    return "".join(lines)


class Command(BaseCommand):
    """Writes the page of today's wording."""

    help = "Write docs/wordings/VERSION.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and print where it is."""
        path = FOLDER / f"{VERSION}.md"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(str(path))
