"""A command that is killed in the middle: ``python -m tests.dying_command MODULE.FUNCTION TIMES BATCH COMMAND...``."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

import django


def main(step: str, times: int, batch: int, command: list[str]) -> None:
    """Run a command that gets SIGKILL after so many calls of the step; its module works in batches of this size."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - Django has to be set up first

    module, _, name = step.rpartition(".")
    owner = import_module(module)
    original, calls = getattr(owner, name), iter(range(1, times))

    def dying(*args, **kwargs):
        answer = original(*args, **kwargs)
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, dying)
    owner.BATCH = batch
    call_command(*command)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
