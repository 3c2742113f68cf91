"""``manage.py demo``: everything ``make demo`` does after the environment is there, in one process."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tqdm import tqdm

from community.kernel.supervisor import PortTaken, require_free

HOST = "127.0.0.1"


class MigrateWithBar(Migrate):
    """Django's migrate, with a progress bar instead of a list."""

    bar: tqdm[Any] | None = None

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Count what was applied."""
        if self.bar is not None and action == "apply_success":
            self.bar.update()


class Command(BaseCommand):
    """Makes the database current, loads the demo where it is missing, and starts everything."""

    help = "Set up the demo community and run it; Ctrl-C stops it, nothing is lost."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address and the port to listen on."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare and run until stopped."""
        try:
            require_free(HOST, options["port"])  # before minutes of work, not after
        except PortTaken as error:
            raise CommandError(f"{error}. Choose another one: make demo PORT=8001") from error
        try:
            self._migrate()
            call_command("load_demo", stdout=self.stdout)
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. The next start goes on from here.") from error
        connection.close()
        call_command("start", host=HOST, port=options["port"], stdout=self.stdout)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            return
        command = MigrateWithBar()
        with tqdm(total=len(plan), desc="Database") as command.bar:
            call_command(command, verbosity=0)
