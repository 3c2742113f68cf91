"""Short texts by which a place of the site is called: a line of words, the last part of its address."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.kernel.errors import Invalid
from community.kernel.text import one_line

LONGEST_SLUG = 60
# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 17: nothing is seen where one of these stands.
_INVISIBLE = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _INVISIBLE) + "]")
# Symbols that are drawn as nothing: the letter of Braille without a dot, and a note without its head.
_DRAWN_EMPTY = "\u2800\U0001d159"
SLUG = re.compile(r"[a-z0-9_]+(?:-[a-z0-9_]+)*")
# Words that stand in that place of the site's own addresses: nothing else may be found there.
RESERVED_SLUGS = frozenset(
    {"about", "all", "change", "edit", "feed", "members", "membership", "new", "phases", "read", "roles", "search"}
)


def visible(text: str) -> bool:
    """Whether there is something to see in a text: more than white space and characters that show nothing."""
    shown = INVISIBLE.sub("", text)
    return any(one.isprintable() and not one.isspace() and one not in _DRAWN_EMPTY for one in shown)


def clean_line(text: str, *, most: int, field: str, needed: bool = True) -> str:
    """A text in one line of at most so many characters. Raises Invalid for a longer one.

    Where it is ``needed``, one of which nothing is to be seen is refused as well; else it is empty.
    """
    line = one_line(text)
    if not visible(line):
        line = ""
    if needed and not line:
        raise Invalid(_("Write something first."), field=field)
    if len(line) > most:
        refusal = ngettext(
            "This is longer than %(count)s character.", "This is longer than %(count)s characters.", most
        )
        raise Invalid(refusal % {"count": most}, field=field)
    return line


def clean_slug(text: str) -> str:
    """The last part of an address: small Latin letters, digits and hyphens. Raises Invalid, for reserved words too."""
    slug = text.strip().lower()
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise Invalid(_("Use small letters from a to z, digits and hyphens between them."), field="slug")
    if slug in RESERVED_SLUGS:
        raise Invalid(_("This word has a meaning of its own in addresses. Choose another."), field="slug")
    return slug
