"""Writing down what was looked for, only where the person permits it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from community.consent.api import may_profile_locked
from community.kernel.api import one_line, publish
from community.members.api import Member
from community.traces.engines import MAX_WORDS, searched_for
from community.traces.facts import ReferrerSearched, SiteSearched

SAME_SEARCH_SECONDS = 600


def record_search(*, member: Member | None, words: str, found: int, again: bool = False, now: datetime) -> bool:
    """A member searched the site. Returns whether it was written down: only under the profiling permission.

    The same words again within ten minutes are the same search: another kind, another order, another page.
    So is a search they look at ``again``, from where it is kept, whenever that was.
    """
    words = one_line(words, MAX_WORDS)
    if not words or member is None:
        return False
    with transaction.atomic():
        if not may_profile_locked(member.pk):
            return False
        if not cache.add(_search_key("searched", member.pk, words), 1, timeout=SAME_SEARCH_SECONDS) or again:
            return False
        publish(SiteSearched(member_id=member.pk, words=words, found=found), now=now)
    return True


def record_search_of(request: HttpRequest, *, words: str, found: int, again: bool = False, now: datetime) -> bool:
    """The reader of a page searched: as ``record_search``, and nothing where no member asked for the page."""
    member = request.user if isinstance(request.user, Member) and asked_by_reader(request) else None
    return record_search(member=member, words=words, found=found, again=again, now=now)


def record_referrer(*, member: Member | None, referrer: str, now: datetime) -> bool:
    """A member came from a search engine. Returns whether it was written down.

    The same words of the same engine again within ten minutes are the page reloaded.
    """
    engine, words = searched_for(referrer)
    if not words or member is None:
        return False
    with transaction.atomic():
        if not may_profile_locked(member.pk):
            return False
        if not cache.add(_search_key("referred", member.pk, engine, words), 1, timeout=SAME_SEARCH_SECONDS):
            return False
        publish(ReferrerSearched(member_id=member.pk, words=words, engine=engine), now=now)
    return True


def _search_key(kind: str, member_id: int, *parts: str) -> str:
    digest = hashlib.sha256(" ".join(parts).lower().encode("utf-8", "ignore")).hexdigest()
    return f"{kind}:{member_id}:{digest}"


def asked_by_reader(request: HttpRequest, *, from_elsewhere: bool = False) -> bool:
    """Whether a person asked for the page: no picture, frame or prefetching did, nor, unless so wished, another site.

    Browsers say so in headers that no page can set. Those too old to say it are believed.
    """
    place = request.headers.get("Sec-Fetch-Dest", "document")
    site = request.headers.get("Sec-Fetch-Site", "none")
    asked = place in {"document", "empty"} and "Sec-Purpose" not in request.headers
    return asked and (from_elsewhere or site in {"same-origin", "none"})
