"""The garbage collector in processes that run for long."""

from __future__ import annotations

import gc

# New objects before the youngest are walked, and how often before the older ones are. Python's 700 is for small
# programs: a page or a batch of facts makes ten thousands of objects, and nearly all go without the collector.
THRESHOLD = (50_000, 20, 20)


def collect_seldom() -> None:
    """Exempt everything loaded so far from collection, and collect the rest less often. Called when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)
