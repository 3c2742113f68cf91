"""What a member cares about, as a reason for showing them something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _

from community.kernel.api import contributions
from community.members.api import declared_keywords
from community.search.api import query_tokens, tokens

Key = TypeVar("Key")


@dataclass(frozen=True)
class Interest:
    """Something a member cares about: its label, the ways it is said, and the page that tells them so."""

    label: str
    words: tuple[str, ...]
    url: str = ""

    @property
    def reason(self) -> str:
        """Why the member is shown something that is about it."""
        return _("You care about %(interest)s") % {"interest": self.label}

    def ways(self) -> list[set[str]]:
        """The tokens of each way it is said."""
        return [found for word in self.words if (found := set(query_tokens(word)))]


def interests_of(member: Any) -> list[Interest]:
    """What a member said they care about, then what higher floors know; asked once a request."""
    held: list[Interest] | None = getattr(member, "_interests", None)
    if held is None:
        held = member._interests = _interests_of(member)  # noqa: SLF001 - a cache for the life of the request
    return held


def _interests_of(member: Any) -> list[Interest]:
    url, words = reverse("members:me"), declared_keywords([member.pk]).get(member.pk, [])
    muted = {word for found in contributions("members.muted", member.pk, words) for word in found} if words else set()
    declared = [Interest(word, (word,), url) for word in words if word not in muted]
    known = [Interest(*one) for found in contributions("members.interests", member.pk) for one in found]
    return [*declared, *known]


def first_interests(texts: Mapping[Key, str], interests: Sequence[Interest]) -> dict[Key, Interest]:
    """For each text the first interest of which all tokens of one way stand in it."""
    said = [(one, ways) for one in interests if (ways := one.ways())]
    found = {}
    for key, text in texts.items():
        there = set(tokens(text)) if said else set()
        match = next((one for one, ways in said if any(way <= there for way in ways)), None)
        if match:
            found[key] = match
    return found
