"""Short texts by which a place of the site is called: a line of words, the last part of its address."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.kernel.errors import Invalid

LONGEST_SLUG = 60
SLUG = re.compile(r"[a-z0-9_]+(?:-[a-z0-9_]+)*")
# Words that stand in that place of the site's own addresses: nothing else may be found there.
RESERVED_SLUGS = frozenset(
    {"about", "all", "change", "edit", "feed", "members", "membership", "new", "phases", "read", "roles", "search"}
)


def clean_line(text: str, *, most: int, field: str, needed: bool = True) -> str:
    """A text in one line of at most so many characters. Raises Invalid for a longer one.

    Where it is ``needed``, one of which nothing is to be seen is refused as well; else it is empty.
    """
    line = " ".join(text.replace("\0", "").split())
    if not any(character.isprintable() and not character.isspace() for character in line):
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
