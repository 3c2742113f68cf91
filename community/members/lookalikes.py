"""What a name looks like: two names with one skeleton cannot be told apart.

Unicode TR 39, section 4, on the data of ``confusable_homoglyphs``, and a little beyond it: letters that look like a
Latin one only as capitals or small capitals, digits read as letters, and pairs that read as one letter.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from functools import cache

from confusable_homoglyphs.confusables import confusables_data

from community.kernel.api import INVISIBLE

LONGEST = 160
_SAME = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "3": "e", "_": "", "-": "", ".": "", " ": ""})
_SHAPE = re.compile(r"LATIN (?:LETTER SMALL CAPITAL|(?:SMALL|CAPITAL) LETTER DOTLESS) ([A-Z])")


def skeleton(name: str) -> str:
    """What a name looks like, in lower case, without separators and marks."""
    # Letters that look Latin only as capitals (Т, В, Н) are seen before the case is folded, the others after.
    text = "".join(_seen(c) for c in unicodedata.normalize("NFKC", INVISIBLE.sub("", name)))
    text = unicodedata.normalize("NFD", INVISIBLE.sub("", text).casefold())
    text = "".join(_seen(c) for c in text if not unicodedata.combining(c))
    return text.casefold().translate(_SAME).replace("rn", "m").replace("vv", "w")[:LONGEST]


def skeleton_beside(name: str) -> str:
    """What tells a name from one that looks like it, where both are kept: its skeleton and a mark of the spelling."""
    mark = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    return f"{skeleton(name)[:140]} {mark}"


def loose_skeleton(name: str) -> str:
    """What a name looks like at a glance, where ``cl`` reads as ``d``: Clara is not Dara, but nobody is ``aclmin``."""
    return skeleton(name).replace("cl", "d")


@cache
def _seen(character: str) -> str:
    """What a character looks like: a Latin letter where there is one, else the first of those that look alike."""
    if character.isascii():
        return character
    alike = _families().get(character, (character,))
    latin = next((c for c in alike if c.isascii()), "") or _several(character) or _shape(character)
    return latin or alike[0]


@cache
def _families() -> dict[str, tuple[str, ...]]:
    """Every character with all that look like it, letters of ASCII first: TR 39's classes."""
    parents: dict[str, str] = {}

    def head(character: str) -> str:
        while parents.setdefault(character, character) != character:
            character = parents[character]
        return character

    for character, found in confusables_data.items():
        for other in (entry["c"] for entry in found):
            if len(character) == len(other) == 1:
                parents[head(character)] = head(other)
    families: dict[str, list[str]] = defaultdict(list)
    for character in list(parents):
        families[head(character)].append(character)
    ordered = (tuple(sorted(family, key=_rank)) for family in families.values())
    return {character: family for family in ordered for character in family}


def _rank(character: str) -> tuple[bool, bool, bool, str]:
    return not character.isascii(), not character.isalpha(), not character.islower(), character


def _several(character: str) -> str:
    """The letters that one character is read as: æ as ae, ø as o."""
    found = confusables_data.get(character, ())
    plain = ("".join(c for c in entry["c"] if not unicodedata.combining(c)) for entry in found)
    return next((text for text in plain if text.isascii() and text.isalpha()), "")


def _shape(character: str) -> str:
    """The letter whose shape a character has in another size: м as a small М, ɴ as a small N, ȷ without its dot."""
    shape = _SHAPE.fullmatch(unicodedata.name(character, ""))
    if shape:
        return shape[1].lower()
    capital = character.upper()
    if capital == character or len(capital) > 1:
        return ""
    return next((c.lower() for c in _families().get(capital, ()) if c.isascii() and c.isalpha()), "")
