"""The messages of an installation without Redis, read from their table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from community.inbox.models import LiveMessage

KEPT = timedelta(minutes=1)
# What was written shortly before the feed began is read again: a page may have been rendered before that.
BEFORE = timedelta(seconds=2)
# PostgreSQL gives numbers before it commits: a missing one is waited for this long.
LATE = timedelta(seconds=10)
MOST = 500


class TableFeed:
    """Reads every message once, also one whose number is smaller than that of a message read before."""

    def __init__(self, now: datetime) -> None:
        older = LiveMessage.objects.filter(at__lt=now - BEFORE).order_by("-pk").values_list("pk", flat=True)
        self.last = older.first() or 0
        self.missing: dict[int, datetime] = {}

    def read(self, now: datetime) -> list[dict[str, Any]]:
        """The new messages in the order of their numbers."""
        self.missing = {number: since for number, since in self.missing.items() if now - since < LATE}
        asked = Q(pk__gt=self.last) | Q(pk__in=list(self.missing)) if self.missing else Q(pk__gt=self.last)
        rows = list(LiveMessage.objects.filter(asked).order_by("pk").values_list("pk", "body")[:MOST])
        for number, _body in rows:
            self.missing.pop(number, None)
            # Numbers far apart are no gap but what was pruned.
            self.missing |= dict.fromkeys(range(max(self.last + 1, number - MOST), number), now)
            self.last = max(self.last, number)
        return [body for _number, body in rows]


def prune(now: datetime) -> int:
    """Delete what every process has read. Returns how many messages."""
    return LiveMessage.objects.filter(at__lt=now - KEPT).delete()[0]
