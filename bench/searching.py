"""What the benchmarks of search share: an engine that is filled, asked and removed again."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import tools
from django.conf import settings
from tqdm import tqdm

from community.search.elastic import Elastic, client
from community.search.embedded import Embedded
from community.search.port import Doc, Engine, Query, Schema

ENGINES = ("embedded", "elasticsearch")
WARMING = 5


def measure(
    schema: Schema, kind: str, documents: Iterator[Doc], size: int, questions: Mapping[str, Query], *, rounds: int
) -> None:
    """Fill an engine with so many documents, ask each question so often, print the times in ms."""
    engine = _engine(schema, kind)
    try:
        start = time.perf_counter()
        engine.rebuild(tqdm(documents, total=size))
        engine.refresh()
        filled = time.perf_counter() - start
        gc.collect()
        rows = []
        for name, asked in questions.items():
            total = engine.search(asked).total
            tools.times(lambda asked=asked: engine.search(asked), WARMING)
            found = tools.times(lambda asked=asked: engine.search(asked), rounds)
            rows.append((name, total, tools.percentile(found, 0.5), tools.percentile(found, 0.95)))
        print(f"{kind}, {size} documents, filled in {filled:.0f} s ({tools.machine()}; process {os.getpid()}); ms")
        tools.table(("question", "found", "p50", "p95"), rows)
    finally:
        engine.drop()
        engine.close()


def _engine(schema: Schema, kind: str) -> Engine:
    """An empty one."""
    if kind == "elasticsearch":
        return Elastic(schema, client(settings.ELASTICSEARCH_URL), prefix=settings.SEARCH_PREFIX)
    return Embedded(schema, Path(tempfile.mkdtemp(prefix="paddock-bench-")))
