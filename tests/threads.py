"""Many acts at the same moment."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import QuerySet

from community.kernel.api import lock_members

MOST_ROUNDS = 200
PATIENT_SECONDS = 120


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Run every act in a thread of its own, all at the same moment. Returns the errors by kind."""
    start, errors = threading.Barrier(len(acts)), Counter()

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever went wrong is the result
            errors[type(error).__name__] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    with _patient_pool():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return errors


@contextmanager
def _patient_pool() -> Iterator[None]:
    """Many more acts than connections: on a slow machine the last waits longer for one than a page would."""
    pool = getattr(connection, "pool", None)
    if pool is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "timeout", PATIENT_SECONDS)
        yield


@contextmanager
def no_locks() -> Iterator[None]:
    """For controls: rows are read without being locked, and no two acts of a member wait for each other."""
    real = lock_members  # our own name for it is one of those that are patched
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
        for module in list(sys.modules.values()):
            if getattr(module, "lock_members", None) is real:
                patch.setattr(module, "lock_members", lambda _member_ids: None)
        yield


def ever(happens: Callable[[], bool]) -> bool:
    """Whether something that depends on luck, and happens in most of a few rounds, does so in one of many."""
    return any(happens() for _ in range(MOST_ROUNDS))
