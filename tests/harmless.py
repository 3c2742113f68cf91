"""Whether a page may be shown: no script but our own, no handler, no address that runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

RUNS = re.compile(r"^[\s\x00-\x20]*(javascript|vbscript|data)\s*:", re.IGNORECASE)
# What is shown or sent, and followed by nobody.
WORDS = {"content", "value", "title", "alt", "aria-label", "placeholder"}
FOREIGN = {"iframe", "object", "embed", "base", "applet", "frame", "style", "math"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in FOREIGN or (tag == "script" and not (named.get("src") or "").startswith("/static/")):
            self.problems.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (name not in WORDS and RUNS.match(value or "")):
                self.problems.append(f"{tag} {name}={value}")


def assert_harmless(html: str) -> None:
    """Fail with what is wrong."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.problems == []
