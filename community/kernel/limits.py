"""Rate limits on Django's cache: so many acts of a kind in a time, by member or address."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from community.kernel.errors import PaddockError

# action: (how many, in so many seconds). Far above what a person does, far below what a script can. Views ask, services
# do not: imports and the demo are as fast as they can be. Signing up and in is limited by allauth.
LIMITS = {
    "post": (20, 60),
    "edit": (20, 60),  # changing, deleting and taking back one's own
    "moderate": (120, 60),
    "upload": (20, 60),
    "preview": (30, 60),
    "vote": (60, 60),
    "react": (120, 60),
    "history": (30, 60),
    "search": (60, 60),
    "mention": (120, 60),  # who may be meant by what is being typed
    "idea": (10, 60),
    "club": (20, 60),
    "space": (20, 60),
    "permission": (30, 60),
    "settings": (60, 60),  # language, kinds of notifications, what counts as read
    "read": (120, 60),  # what arrived before the reader's eyes
    "follow": (120, 60),  # what open pages ask for by themselves
    "export": (20, 60),
    "question": (60, 60),
    "desk": (60, 60),  # what the brand's people change on the Workbench
    "mirror": (60, 60),
    "file": (10, 600),
    "password": (10, 600),
    "lapsed": (10, 600),  # by address: what is kept for after signing in
}


class TooMany(PaddockError):
    """The person is too fast."""

    status = 429


def rate_limit(who: object, action: str, *, now: datetime) -> None:
    """Count one act. Raises TooMany above the limit; counting is atomic in the cache."""
    most, seconds = LIMITS[action]
    window = int(now.timestamp()) // seconds
    key = f"limit:{action}:{who}:{window}"
    cache.add(key, 0, timeout=seconds * 2)
    try:
        count = cache.incr(key)
    except ValueError:  # it expired in between
        count = 1
    if count > most:
        raise TooMany(_("That was a lot at once. Wait a minute; what you wrote is still in the form."))
