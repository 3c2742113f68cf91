"""``manage.py worker``: runs tasks, and waits for a database that is away."""

from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from community.kernel.errors import is_connection_lost
from community.kernel.garbage import collect_seldom

logger = logging.getLogger("paddock.tasks")

INTERVAL_SECONDS = 1.0
AGAIN_SECONDS = 1.0


class PatientWorker(Worker):
    """The library's worker, which ends with the first failure of the database."""

    def run(self) -> None:
        """Run tasks until asked to stop. What was begun when the database went is taken back later: see tasks.py."""
        while self.running:
            try:
                super().run()
            except Error as error:
                if not is_connection_lost(error):
                    if self.batch:  # it would not end
                        raise
                    logger.exception("a task could not be taken; trying again")
                connection.close()
                time.sleep(AGAIN_SECONDS)
            else:
                return


class Command(BaseCommand):
    """Runs the editors' area's tasks."""

    help = "Run tasks until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to end when there are no more."""
        parser.add_argument("--batch", action="store_true", help="end when there are no more tasks")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take tasks one after the other until stopped; with ``--batch``, until there are no more."""
        collect_seldom()
        worker = PatientWorker(
            queue_names=["*"],
            interval=INTERVAL_SECONDS,
            batch=options["batch"],
            backend_name="default",
            startup_delay=not options["batch"],
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        worker.run()
