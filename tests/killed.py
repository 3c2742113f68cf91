"""A process killed in the middle of its work: a fork of this one, which need not start, with connections of its own."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any, NoReturn

from django.db import connections
from django.test import override_settings

from community.search import registry
from tests.forgetting import forget_state, forget_vocabulary, open_engines

SECONDS = 120
IN_MEMORY = {
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    "CHANNEL_LAYERS": {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
}


def killed_at(step: str, work: Callable[[], Any], *, when: str = "after", times: int = 1, **changed: Any) -> None:
    """Do work in a process that gets SIGKILL before or after so many calls of a step, MODULE.FUNCTION or MODULE:CLASS.

    ``changed`` are settings of that process. The test's connections are none of its own.
    """
    registry.close_engines()
    child = os.fork()
    if not child:
        _die(step, work, when, times, changed)
    assert _ending(child) == -signal.SIGKILL
    open_engines()


def _die(step: str, work: Callable[[], Any], when: str, times: int, changed: dict[str, Any]) -> NoReturn:
    try:
        _let_go()
        owner, _, name = step.rpartition(".")
        original, calls = getattr(resolve_name(owner), name), iter(range(1, times))

        def dying(*args: Any, **kwargs: Any) -> Any:
            last = next(calls, None) is None
            if last and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = original(*args, **kwargs)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(resolve_name(owner), name, dying)
        with override_settings(**IN_MEMORY, **changed):
            work()
    except BaseException:  # noqa: BLE001 - whatever it is, the tests go on in the other process alone
        traceback.print_exc()
    finally:
        os._exit(1)


def _let_go() -> None:
    """Nothing is said on connections that the other process has."""
    for connection in connections.all(initialized_only=True):
        connection.connection = None
        getattr(connection, "_connection_pools", {}).clear()
    forget_state()
    forget_vocabulary()


def _ending(child: int) -> int:
    """How it ended. One that hangs is ended, and has not been killed by its step."""
    until = time.monotonic() + SECONDS
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise TimeoutError(f"still there after {SECONDS} s")
        time.sleep(0.01)
