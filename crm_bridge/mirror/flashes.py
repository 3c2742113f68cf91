"""What the mirror says after an act, in the section the act was in, with the act that takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

SECTIONS = ("interests", "permits", "leave")


@dataclass(frozen=True)
class Flash:
    """A message of a section; ``undo`` is an act on ``keyword``, or empty."""

    text: str
    section: str
    undo: str = ""
    keyword: str = ""


def add_flash(request: HttpRequest, text: str, section: str, *, undo: str = "", keyword: str = "") -> None:
    """Keep a message for the next page. On another page than the mirror it is a message like every other."""
    messages.success(request, text, extra_tags=" ".join([section, undo, keyword] if undo else [section]))


def take_flashes(request: HttpRequest) -> tuple[list[Flash], list[Any]]:
    """The messages of the mirror's sections, and the others."""
    found, others = [], []
    for message in messages.get_messages(request):
        words = (message.extra_tags or "").split()
        if words and words[0] in SECTIONS:
            found.append(Flash(str(message), *words))
        else:
            others.append(message)
    return found, others
