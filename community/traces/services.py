"""Writing down what was looked for, only where the person permits it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from django.core.cache import cache
from django.db import transaction

from community.consent.api import may_profile
from community.kernel.api import publish
from community.traces.facts import ReferrerSearched, SiteSearched

if TYPE_CHECKING:
    from community.members.api import Member

MAX_WORDS = 200
SAME_SEARCH_SECONDS = 600
# Search engines that pass the words on, and the parameter they use.
ENGINES = {
    "google.": "q",
    "bing.com": "q",
    "duckduckgo.com": "q",
    "yahoo.": "p",
    "yandex.": "text",
    "ecosia.org": "q",
    "baidu.com": "wd",
    "sogou.com": "query",
    "so.com": "q",
    "sm.cn": "q",
}


def record_search(*, member: Member | None, words: str, found: int, now: datetime) -> bool:
    """A member searched the site. Returns whether it was written down: only under the profiling permission.

    The same words again within ten minutes are the same search: another kind, another order, another page.
    """
    words = " ".join(words.split())[:MAX_WORDS]
    if not words or member is None or not may_profile(member.pk):
        return False
    digest = hashlib.sha256(words.lower().encode("utf-8", "ignore")).hexdigest()
    if not cache.add(f"searched:{member.pk}:{digest}", 1, timeout=SAME_SEARCH_SECONDS):
        return False
    with transaction.atomic():
        publish(SiteSearched(member_id=member.pk, words=words, found=found), now=now)
    return True


def record_referrer(*, member: Member | None, referrer: str, now: datetime) -> bool:
    """A member came from a search engine. Returns whether it was written down."""
    engine, words = searched_for(referrer)
    if not words or member is None or not may_profile(member.pk):
        return False
    with transaction.atomic():
        publish(ReferrerSearched(member_id=member.pk, words=words, engine=engine), now=now)
    return True


def searched_for(referrer: str) -> tuple[str, str]:
    """The engine and the words of a referrer; empty where it is no search or the words are not passed on."""
    try:
        parts = urlsplit(referrer)
        host = (parts.hostname or "").removeprefix("www.")
        name = next((known for known in ENGINES if _is(host, known)), "")
        values = parse_qs(parts.query, max_num_fields=50).get(ENGINES[name], []) if name else []
    except ValueError:
        return "", ""
    return (name.rstrip("."), " ".join(values[0].split())[:MAX_WORDS]) if values else ("", "")


def _is(host: str, known: str) -> bool:
    if known.endswith("."):
        return host.startswith(known) or f".{known}" in host
    return host == known or host.endswith(f".{known}")
