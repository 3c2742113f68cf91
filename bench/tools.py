"""What all benchmarks share: Django on a database of its own, percentiles, tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def setup(settings: str = "community.settings.dev") -> None:
    """Django, with everything written to a temporary folder."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    os.environ.setdefault("PADDOCK_HOME", tempfile.mkdtemp(prefix="paddock-bench-"))
    # Indexes of its own on a shared cluster; processes it starts find them by the environment.
    os.environ.setdefault("PADDOCK_SEARCH_PREFIX", f"paddock_bench_{os.getpid()}_")
    import django

    django.setup()

    from community.kernel.garbage import collect_seldom

    collect_seldom()  # as the processes of an installation do


@contextmanager
def database() -> Iterator[str]:
    """A fresh migrated database beside the configured one; gives its kind. Removed afterwards, like its indexes."""
    from django.db import connection

    from community.search.registry import engine_of, forget_engines, indexes

    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":  # a file, as in an installation, not memory as in tests
        connection.settings_dict["TEST"]["NAME"] = str(Path(os.environ["PADDOCK_HOME"]) / "bench.sqlite3")
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield connection.vendor
    finally:
        for index in indexes():
            engine_of(index.name).drop()
        forget_engines()
        connection.creation.destroy_test_db(name, verbosity=0)


def deliver_all(*, seconds: float) -> None:
    """Deliver all that waits, as a relay does. Raises SystemExit where nothing could be done for so long."""
    from community.kernel.relay import Relay

    if not Relay().drain(seconds=seconds):
        raise SystemExit("not everything could be delivered")


def same_database() -> dict[str, str]:
    """The environment in which another process finds this benchmark's database."""
    from django.db import connection

    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{found['NAME']}"}
    host, port, user = found["HOST"], found["PORT"], found["USER"]
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return {"DATABASE_URL": f"postgres://{user}{secret}@{host}:{port}/{found['NAME']}"}


def parser(text: str) -> argparse.ArgumentParser:
    """Options of a benchmark."""
    return argparse.ArgumentParser(description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter)


def times(function: Callable[[], object], count: int) -> list[float]:
    """Wall time of each of so many calls, in milliseconds."""
    found = []
    for _ in range(count):
        start = time.perf_counter()
        function()
        found.append((time.perf_counter() - start) * 1000)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all is not above (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join("---" if at == 0 else "---:" for at in range(len(head))) + " |")
    for row in rows:
        print("| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")


def machine() -> str:
    """Cores and Python, for the table's caption."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
