"""``manage.py facts_doc``: docs/facts.md from the facts the code declares."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any, get_type_hints

from django.conf import settings
from django.core.management.base import BaseCommand

from community.kernel.facts import Fact, fact_types
from community.kernel.registry import handlers_of, subscriptions

HEAD = """# Facts

What happened, as rows of the outbox: stored in the transaction that makes it true, delivered at least once and in order
for each member, kept, so that everything derived can be made anew. Each belongs to the member whose act it was, or
whose thing it is about; `0` stands for the system. Fields are ids and plain values. Written by `manage.py facts_doc`.

A fact is declared in its app's `facts.py` as a small frozen dataclass and published by a service. Fields may be added
with a default and dropped; a field never changes its meaning, since old facts are read again.
"""


def document() -> str:
    """The page: facts by app, each with its meaning, its fields and who handles it."""
    parts, app = [HEAD], ""
    for kind in fact_types():
        if not kind.__module__.endswith("facts"):
            continue  # of a test
        if kind.__module__ != app:
            app = kind.__module__
            parts.append(f"\n## {app.removesuffix('.facts')}\n\n{_flat(inspect.getmodule(kind))}\n")
        parts.append(_entry(kind))
    return "".join(parts)


def _entry(kind: type[Fact]) -> str:
    hints = get_type_hints(kind)
    fields = [
        f"`{field.name}: {_written(hints[field.name])}`"
        for field in dataclasses.fields(kind)
        if field.name != "member_id"
    ]
    return (
        f"\n### `{kind.name}`\n\n{_flat(kind)}\n\n"
        f"Fields: {', '.join(fields) or 'none'}  \nHandled by: {', '.join(_handlers(kind)) or 'nobody'}\n"
    )


def _handlers(kind: type[Fact]) -> list[str]:
    found = [one.handle for one in subscriptions() if kind in one.fact_types] + [*handlers_of(kind)]
    return sorted({f"`{handler.__module__}.{handler.__name__}`" for handler in found})


def _flat(thing: object) -> str:
    """The docstring as Markdown."""
    return inspect.cleandoc(inspect.getdoc(thing) or "").replace("``", "`")


def _written(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not getattr(hint, "__args__", None) else str(hint)


class Command(BaseCommand):
    """Writes the page of all facts, docs/facts.md."""

    help = "Write docs/facts.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and print where it is."""
        path = Path(settings.BASE_DIR) / "docs" / "facts.md"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(str(path))
