"""When things happened in the demo: a few weeks of activity that end now, the same at every load."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

WEEKS = 5
WAKING_HOURS = (7, 23)


class Rhythm:
    """Draws times between ``WEEKS`` weeks ago and now, by day and evening, never in the future."""

    def __init__(self, *, now: datetime, seed: int = 7) -> None:
        self.now = now
        self.random = random.Random(seed)

    def somewhen(self, *, earliest_days: float = WEEKS * 7, latest_days: float = 0.2) -> datetime:
        """A waking hour between so many days ago."""
        at = self.now - timedelta(days=self.random.uniform(latest_days, earliest_days))
        waking = at.replace(hour=self.random.randint(*WAKING_HOURS) % 24, minute=self.random.randint(0, 59))
        return min(waking, self.now - timedelta(minutes=self.random.randint(20, 200)))

    def soon_after(self, at: datetime) -> datetime:
        """Minutes to a day and a half later, and before now."""
        hours = min(36.0, self.random.lognormvariate(0.8, 1.1))
        later = at + timedelta(hours=hours)
        if later < self.now:
            return later
        return at + (self.now - at) * self.random.uniform(0.2, 0.8)
