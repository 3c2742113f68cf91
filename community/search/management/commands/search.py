"""``manage.py search status|rebuild|check``: how the indexes stand, and mending them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from community.kernel.api import now, outbox_status
from community.search.drift import drift, repair
from community.search.leases import RebuildLost
from community.search.models import FailedDocument
from community.search.port import Query, SearchDown
from community.search.registry import engine_of, index_named, indexes
from community.search.services import RebuildRunning, lag, rebuild

SHOWN = 20  # refused documents of an index
MOST_ERROR = 100  # characters
MAKES_IT = "manage.py relay --drain makes and fills it"


def _bar(found: Iterable[Any], what: str) -> Iterable[Any]:
    return tqdm(found, desc=what, unit=" documents", delay=2, leave=False, disable=None)


class Command(BaseCommand):
    """Tools for the indexes."""

    help = "Show, rebuild or check the search indexes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with which index."""
        parser.add_argument("action", choices=["status", "rebuild", "check"])
        parser.add_argument("names", nargs="*", help="indexes; none means all")
        parser.add_argument(
            "--repair", action="store_true", help="with check: have what drifted or is missing made again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Dispatch for every index named."""
        known = [index.name for index in indexes()]
        names = options["names"] or known
        unknown = set(names) - set(known)
        if unknown:
            raise CommandError(f"There is no index {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
        try:
            for name in names:
                {"status": self._status, "rebuild": self._rebuild, "check": self._check}[options["action"]](
                    name, options
                )
        except SearchDown as error:
            raise CommandError(f"The engine does not answer: {error}") from error

    def _status(self, name: str, options: dict[str, Any]) -> None:
        engine = engine_of(name)
        marks, seconds = lag(now())[name]
        failed = FailedDocument.objects.filter(index=name)
        try:
            total = f"missing ({MAKES_IT})" if engine.missing() else f"{engine.search(Query(size=1)).total} documents"
        except SearchDown as error:
            total = f"no answer (away: {error})"
        kind = type(engine).__name__
        self.stdout.write(f"{name}: {kind}, {total}, {marks} waiting ({seconds:.1f} s), {failed.count()} refused")
        for one in failed.order_by("-failed_at", "-pk")[:SHOWN]:
            # Older versions kept what the engine said, with the value it refused after a colon.
            why = one.error.partition(":")[0][:MOST_ERROR]
            self.stdout.write(f"  {name} {one.document_id}, {one.failed_at:%Y-%m-%d %H:%M:%S} UTC: {why}")

    def _rebuild(self, name: str, options: dict[str, Any]) -> None:
        ids = tqdm(index_named(name).all_ids(), desc=name, unit=" documents", disable=None)
        try:
            report = rebuild(name, progress=ids)
        except RebuildRunning as error:
            raise CommandError(f"{name} is being rebuilt by another process.") from error
        except RebuildLost as error:
            raise CommandError(
                f"The rebuild of {name} stood still too long. It changed nothing; run it again."
            ) from error
        self.stdout.write(f"{name}: {report.written} documents written, {len(report.errors)} refused")

    def _check(self, name: str, options: dict[str, Any]) -> None:
        if engine_of(name).missing():
            self._make(name, options)
            return
        found = drift(name, progress=_bar)
        counts = f"{len(found.missing)} missing, {len(found.surplus)} too many, {len(found.stale)} out of date"
        self.stdout.write(f"{name}: {counts}")
        if options["repair"]:
            self.stdout.write(f"{name}: {repair(name, found.ids)} will be written again by the relay")
        elif found.ids:
            if facts := outbox_status(now()).depth:
                self.stdout.write(f"{facts} facts wait to be delivered: what they change may only be late.")
            raise CommandError("The index has drifted from the database; --repair mends it.")

    def _make(self, name: str, options: dict[str, Any]) -> None:
        """An index that was never made or is lost is no outage."""
        if not options["repair"]:
            raise CommandError(f"The index {name} is missing: {MAKES_IT}, and so does search rebuild or --repair.")
        self._rebuild(name, options)
