"""Which names people may take: none that looks like the brand's people or like somebody who is here already."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from community.kernel.api import INVISIBLE
from community.members.lookalikes import loose_skeleton, skeleton

SHORTEST, LONGEST = 2, 30
LONGEST_SHOWN = 60
# Names by which somebody would pass for the brand, at the beginning of a name and as a word of it.
OFFICES = ("admin", "administrator", "moderator", "official", "support", "webmaster", "postmaster", "paddock")
# The same as a word alone: nobody is refused for being called Stafford or liking modern cars.
WORDS = ("staff", "mod", "service", "system", "help", "security", "privacy", "abuse", "root")
# What means something else to the site or to whoever reads it; also several of all these together.
WHOLE = ("team", "community", "anonymous", "guest", "member", "members", "everyone", "here", "me", "you", "api", "cms")
# Chinese has no spaces between words: these anywhere, and those as the whole name.
HAN = ("管理员", "管理員", "官方", "客服", "版主", "围场", "圍場", "工作人员", "工作人員")
HAN_WHOLE = ("系统", "系統", "社区", "社區", "所有人")
SHORT_BRAND = 4  # a shorter Latin name is found in too many others to be refused anywhere
_ALLOWED = re.compile(r"[\w][\w-]*", re.UNICODE)
_HAN = "\u3400-\u9fff"
_PARTS = re.compile(rf"[\W_]+|(?<=[{_HAN}])(?=[^{_HAN}])|(?<=[^{_HAN}])(?=[{_HAN}])|(?<=[a-z])(?=[A-Z])")


def clean_username(name: str) -> str:
    """The name in one form (NFKC). Raises ValidationError with a message for the reader."""
    invisible = INVISIBLE.search(name)
    name = unicodedata.normalize("NFKC", name).strip()
    if not SHORTEST <= len(name) <= LONGEST:
        raise ValidationError(_("Choose a name of 2 to 30 characters."), code="length")
    if invisible or not _ALLOWED.fullmatch(name) or not any(character.isalpha() for character in name):
        raise ValidationError(_("Use letters, digits, - and _, beginning with a letter or digit."), code="characters")
    if is_reserved(name):
        raise ValidationError(_("This name is reserved for the brand."), code="reserved")
    return name


def clean_shown_name(name: str, *, of_staff: bool = False) -> str:
    """A display name without what is not seen. Raises ValidationError for names of the brand, but of its own people."""
    name = seen(name)[:LONGEST_SHOWN].strip()
    if not of_staff and is_reserved(name):
        raise ValidationError(_("This name is reserved for the brand."), code="reserved")
    return name


def passes_for_brand(name: str, looks: Collection[str]) -> bool:
    """Whether a name as it is seen is the brand's, or looks like one of those its people bear (``staff_looks``)."""
    name = seen(name)
    return is_reserved(name) or skeleton(name) in looks


def seen(name: str) -> str:
    """A name, or another short text, in NFKC without what is not seen, with single spaces."""
    name = unicodedata.normalize("NFKC", INVISIBLE.sub("", name))
    return " ".join("".join(c for c in name if unicodedata.category(c)[0] != "C").split())


def is_reserved(name: str) -> bool:
    """Whether a name holds, or looks as if it held, the brand's or one of its offices'."""
    whole, parts = loose_skeleton(name), _parts(name)
    if any(word in whole for word in _looks(HAN)) or whole in _looks((*HAN_WHOLE, *WHOLE)) or _is_brand(whole, parts):
        return True
    offices = _looks(OFFICES)
    if parts & {*offices, *_looks(WORDS)} or whole.startswith(offices):
        return True
    return bool(parts) and parts <= {*_looks(WORDS), *_looks(WHOLE)}


def _parts(name: str) -> set[str]:
    """The words of a name as they look, with and without digits behind them."""
    words = [word for word in _PARTS.split(unicodedata.normalize("NFKC", name)) if word]
    return {
        look for word in words for look in (loose_skeleton(word), loose_skeleton(word.rstrip("0123456789"))) if look
    }


def _is_brand(whole: str, parts: set[str]) -> bool:
    for brand in _looks((settings.PADDOCK_BRAND, settings.PADDOCK_BRAND_ZH)):
        if brand in parts or brand == whole or (brand in whole and not _is_short(brand)):
            return True
    return False


def _is_short(brand: str) -> bool:
    return brand.isascii() and len(brand) < SHORT_BRAND


@cache
def _looks(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(look for look in map(loose_skeleton, words) if look)
