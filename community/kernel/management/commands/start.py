"""``manage.py start``: web, relay and task worker of a small installation, in one terminal."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from community.kernel.slots import contributions
from community.kernel.supervisor import PortTaken, Supervisor, require_free, wait_until_open


class Command(BaseCommand):
    """Starts the three processes and stops them together."""

    help = "Start web, relay and task worker; Ctrl-C stops all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address and the port to listen on."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start all processes of an installation and run until stopped. Raises CommandError where the port is taken."""
        host, port = options["host"], options["port"]
        try:
            require_free(host, port)
        except PortTaken as error:
            raise CommandError(f"{error}. Choose another one with --port (make demo PORT=8001).") from error
        # Links in mail and feeds lead to where it runs, unless another address is set.
        os.environ.setdefault("PADDOCK_URL", f"http://{host}:{port}")
        supervisor = Supervisor(self._commands(host, port))
        supervisor.start()
        if wait_until_open(host, port, supervisor=supervisor):
            self._greet(host, port)
        code = supervisor.wait()
        self.stdout.write("Stopped.")
        if code:
            sys.exit(code)

    def _commands(self, host: str, port: int) -> list[tuple[str, list[str]]]:
        manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
        web = [sys.executable, "-m", "daphne", "--verbosity", "0", "-b", host, "-p", str(port)]
        return [
            ("web", [*web, "community.asgi:application"]),
            ("relay", [*manage, "relay"]),
            ("worker", [*manage, "worker"]),
        ]

    def _greet(self, host: str, port: int) -> None:
        self.stdout.write(self.style.SUCCESS(f"\nPaddock is running: http://{host}:{port}/"))
        for text in contributions("start.greeting"):
            self.stdout.write(text)
        if not settings.EMAIL_URL:
            self.stdout.write(f"Mail, with the codes for joining and signing in, is written to {settings.HOME}/mail.")
        self.stdout.write("Ctrl-C stops it. Nothing is lost: the next start takes seconds.\n")
        self.stdout.flush()  # a pipe or a file would have it when all is over
