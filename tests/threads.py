"""Many acts at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from django.db import connection


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
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
