"""What people looked for, and how far they have read what they were told.

Only the searches of those who permit a profile are written down.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from community.inbox.api import mark_read
from community.members.api import Member
from community.traces.api import record_search
from demo.loading.cast import Cast, Person, searches
from demo.loading.timeline import Timeline
from forums.api import Post

MOST_SEARCHES, FEW_SEARCHES = 7, 2
LOOKED_DAYS_AGO = 1
OWN_WORDS = 0.6


def plan_searches(cast: Cast, timeline: Timeline, chance: random.Random) -> None:
    """Each member looks for a few things, mostly their own subjects."""
    for person in cast.members:
        most = MOST_SEARCHES if person.liveliness >= 1 else FEW_SEARCHES
        for _turn in range(chance.randint(1, most)):
            at = person.since + (person.until - person.since) * chance.uniform(0.02, 0.99)
            own = person.keywords if person.keywords and chance.random() < OWN_WORDS else searches(person.language)
            timeline.at(at, _search(person, chance.choice(own)))


def read_inboxes(*, now: datetime) -> None:
    """Everybody looked at their notifications a day ago; what came since is new. After the facts were delivered."""
    for pk in Member.objects.order_by("pk").values_list("pk", flat=True):
        mark_read(member_id=pk, until=now - timedelta(days=LOOKED_DAYS_AGO), now=now)


def _search(person: Person, words: str) -> Any:
    def search(now: datetime) -> None:
        found = Post.objects.filter(text__icontains=words).count()
        record_search(member=person.member, words=words, found=found, now=now)

    return search
