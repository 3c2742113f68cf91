"""``manage.py relay``: delivers facts; also drains, reports and replays."""

from __future__ import annotations

import json
import signal
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from community.kernel.clock import now
from community.kernel.garbage import collect_seldom
from community.kernel.models import OutboxEvent, OutboxState
from community.kernel.queries import outbox_status
from community.kernel.relay import Relay


class Command(BaseCommand):
    """The relay and its tools."""

    help = "Deliver facts to their handlers and keep the search index current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do; nothing means: deliver until stopped."""
        parser.add_argument("action", nargs="?", choices=["run", "status", "replay"], default="run")
        parser.add_argument("ids", nargs="*", type=int, help="with replay: facts set aside; none means all of them")
        parser.add_argument("--drain", action="store_true", help="end when all is handled and searchable")
        parser.add_argument(
            "--seconds", type=float, default=600, help="with --drain: give up after so long a standstill"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show how the outbox stands, try facts again that were set aside, or deliver until stopped."""
        if options["action"] == "status":
            self._status(options["format"])
        elif options["action"] == "replay":
            self._replay(options["ids"])
        else:
            self._run(drain=options["drain"], seconds=options["seconds"])

    def _run(self, *, drain: bool, seconds: float) -> None:
        relay = Relay()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop())
        collect_seldom()
        if not drain:
            relay.run()
            return
        with tqdm(desc="Facts", delay=2, leave=False) as bar:

            def progress(done: int) -> None:
                bar.total = bar.n + done + outbox_status(now()).depth  # handling facts makes more work
                bar.update(done)

            drained = relay.drain(seconds=seconds, progress=progress)
        if not drained:
            raise CommandError(f"Not drained: {outbox_status(now())} {relay.rounds.failing or ''}")
        aside = outbox_status(now()).set_aside
        self.stdout.write(f"All facts are handled and searchable. Set aside: {aside}.")

    def _status(self, form: str) -> None:
        status = outbox_status(now())
        if form == "json":
            self.stdout.write(json.dumps(asdict(status)))
            return
        self.stdout.write(
            f"waiting: {status.depth} facts, the oldest for {status.oldest_seconds:.1f} s; "
            f"set aside: {status.set_aside}"
        )
        for event in OutboxEvent.objects.filter(state=OutboxState.SET_ASIDE).order_by("pk")[:20]:
            self.stdout.write(f"  {event.pk} {event.name}: {event.error[:300]}")

    def _replay(self, ids: list[int]) -> None:
        aside = OutboxEvent.objects.filter(state=OutboxState.SET_ASIDE)
        if ids:
            aside = aside.filter(pk__in=ids)
            if unknown := sorted(set(ids) - set(aside.values_list("pk", flat=True))):
                raise CommandError(f"Not set aside: {', '.join(map(str, unknown))}. No fact is tried again.")
        count = aside.update(state=OutboxState.PENDING, attempts=0, retry_at=None)
        self.stdout.write(f"{count} facts will be tried again.")
