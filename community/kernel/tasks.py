"""Tasks whose worker ended in the middle: they are done anew."""

from __future__ import annotations

import logging
from datetime import timedelta

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from community.kernel.clock import now
from community.kernel.registry import each_minute

logger = logging.getLogger("paddock.tasks")

LONGEST = timedelta(minutes=10)  # tasks are the editors' area's, and take seconds
TRIES = 3


@each_minute
def take_back() -> int:
    """Have tasks done anew that somebody began long ago and did not end, three times at most. Returns how many."""
    begun = DBTaskResult.objects.running().filter(started_at__lt=now() - LONGEST)
    taken = 0
    for task in begun.order_by("started_at"):
        again = len(task.worker_ids) < TRIES
        status = TaskResultStatus.READY if again else TaskResultStatus.FAILED
        # Unless it ended, or somebody else took it, in this moment.
        same = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
        taken += same.update(status=status, finished_at=None if again else now())
        logger.warning("a task was not ended by its worker", extra={"task": task.task_path, "again": again})
    return taken
