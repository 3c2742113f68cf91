"""A relay that is killed in the middle of its work: ``python -m tests.dying_relay MODULE.FUNCTION before|after``."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

import django


def main(step: str, when: str) -> None:
    """Run a relay that gets SIGKILL at the first call of the step, before or after it."""
    django.setup()
    from community.kernel.relay import Relay  # noqa: PLC0415 - Django has to be set up first

    module, _, name = step.rpartition(".")
    owner = import_module(module)
    original = getattr(owner, name)

    def dying(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)
    Relay().drain(seconds=30)


if __name__ == "__main__":
    main(*sys.argv[1:])
