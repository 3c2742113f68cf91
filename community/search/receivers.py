"""What search tells operators."""

from __future__ import annotations

from typing import Any

from community.kernel.api import Metric, fills, now
from community.search.models import FailedDocument
from community.search.services import lag


@fills("metrics")
def figures() -> list[Metric]:
    """How far each index is behind, and what it refused."""
    found = [Metric("search_refused", "Documents an engine refused", FailedDocument.objects.count())]
    for name, (waiting, seconds) in lag(now()).items():
        labels = {"index": name}
        found.append(Metric("search_waiting", "Documents not yet written", waiting, labels))
        found.append(Metric("search_oldest_seconds", "How long the oldest of them waits", seconds, labels))
    return found


@fills("readiness")
def readiness() -> dict[str, Any]:
    """How many documents wait to be written, by index; search that is behind does not make the site unready."""
    return {"search": {name: {"waiting": waiting} for name, (waiting, _seconds) in lag(now()).items()}}
