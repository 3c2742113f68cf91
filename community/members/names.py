"""Which names people may take: none that looks like the brand's people or like somebody who is here already."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from confusable_homoglyphs import confusables
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORTEST, LONGEST = 2, 30
LONGEST_SHOWN = 60
RESERVED = [
    "admin",
    "administrator",
    "root",
    "system",
    "staff",
    "team",
    "official",
    "support",
    "service",
    "help",
    "moderator",
    "mod",
    "paddock",
    "community",
    "webmaster",
    "postmaster",
    "security",
    "privacy",
    "abuse",
    "anonymous",
    "guest",
    "member",
    "members",
    "everyone",
    "here",
    "me",
    "you",
    "api",
    "cms",
    "管理员",
    "官方",
    "客服",
    "系统",
    "版主",
    "围场",
    "社区",
    "所有人",
]
_ALLOWED = re.compile(r"[\w][\w-]*", re.UNICODE)
_SAME = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "3": "e", "_": "", "-": "", ".": "", " ": ""})


def clean_username(name: str) -> str:
    """The name in one form (NFKC). Raises ValidationError with a message for the reader."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not SHORTEST <= len(name) <= LONGEST:
        raise ValidationError(_("Choose a name of 2 to 30 characters."), code="length")
    if not _ALLOWED.fullmatch(name) or not any(character.isalpha() for character in name):
        raise ValidationError(_("Use letters, digits, - and _, beginning with a letter or digit."), code="characters")
    if is_reserved(name):
        raise ValidationError(_("This name is reserved for the brand."), code="reserved")
    return name


def clean_shown_name(name: str) -> str:
    """A display name without control characters. Raises ValidationError for names of the brand."""
    name = unicodedata.normalize("NFKC", name)
    name = " ".join("".join(c for c in name if unicodedata.category(c)[0] != "C").split())[:LONGEST_SHOWN].strip()
    if is_reserved(name):
        raise ValidationError(_("This name is reserved for the brand."), code="reserved")
    return name


def skeleton(name: str) -> str:
    """What a name looks like: two names with one skeleton cannot be told apart. Unicode TR 39, section 4."""
    # Letters that look Latin only as capitals (Т, В, Н) are seen before the case is folded, the others after.
    capitals = "".join(_lookalike(c) for c in unicodedata.normalize("NFKC", name))
    text = unicodedata.normalize("NFD", capitals.casefold())
    text = "".join(_lookalike(c) for c in text if not unicodedata.combining(c))
    return text.casefold().translate(_SAME)[:160]


def skeleton_beside(name: str) -> str:
    """What tells an imported name from one that looks like it: its skeleton, and a mark of how it is written."""
    mark = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    return f"{skeleton(name)[:140]} {mark}"


def is_reserved(name: str) -> bool:
    """Whether a name is, or looks like, one of the brand's."""
    own = [*RESERVED, settings.PADDOCK_BRAND, settings.PADDOCK_BRAND_ZH]
    return skeleton(name) in {skeleton(word) for word in own}


def _lookalike(character: str) -> str:
    if character.isascii():
        return character
    found = confusables.is_confusable(character, greedy=True, preferred_aliases=[])
    if not found:
        return character
    plain = [entry["c"] for entry in found[0]["homoglyphs"] if entry["c"].isascii()]
    return plain[0] if plain else character
