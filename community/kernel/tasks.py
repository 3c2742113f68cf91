"""Tasks whose worker ended in the middle are done anew; those that are long over go."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from community.kernel.clock import now
from community.kernel.registry import each_minute

logger = logging.getLogger("paddock.tasks")

LONGEST = timedelta(minutes=10)  # tasks are the editors' area's, and take seconds
TRIES = 3
KEPT = timedelta(days=14)


class WorkerEndedError(RuntimeError):
    """The worker of a task ended before the task did, each time."""


@each_minute
def take_back() -> int:
    """Have tasks done anew that somebody began long ago and did not end, three times at most. Returns how many."""
    begun = DBTaskResult.objects.running().filter(started_at__lt=now() - LONGEST)
    return sum(_take_back(task) for task in begun.order_by("started_at"))


def _take_back(task: Any) -> int:
    # Unless it ended, or somebody else took it, in this moment.
    same = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
    again = len(task.worker_ids) < TRIES
    if again:
        taken = same.update(status=TaskResultStatus.READY, finished_at=None)
    else:
        why = f"{WorkerEndedError.__module__}.{WorkerEndedError.__qualname__}"
        taken = same.update(status=TaskResultStatus.FAILED, finished_at=now(), exception_class_path=why, traceback="")
    if taken:
        logger.warning("a task was not ended by its worker", extra={"task": task.task_path, "again": again})
    return int(taken)


@each_minute
def prune() -> int:
    """Remove what was done, or given up, two weeks ago. Returns how many."""
    return DBTaskResult.objects.finished().filter(finished_at__lt=now() - KEPT).delete()[0]
