"""Servers that help and may be away: nobody waits for them twice, and what they gave is done without."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TypeVar

from redis.exceptions import RedisError

logger = logging.getLogger("paddock.outages")

T = TypeVar("T")

SPARED_SECONDS = 5.0


class CircuitBreaker:
    """Asks a server as long as it answers. After a failure it is left alone for some seconds, then one caller tries.

    So a page that would ask ten times waits once, and of many pages at the same moment one. An outage is logged when it
    begins and when it is over. ``errors`` are what the server's client raises when it cannot be reached or refuses.
    """

    def __init__(
        self,
        server: str,
        errors: tuple[type[Exception], ...],
        *,
        spared_seconds: float | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.away = False
        self._server, self._errors, self._clock = server, errors, clock
        self._spared_seconds = spared_seconds
        self._try_at = 0.0
        self._lock = Lock()

    def ask(self, act: Callable[[], T], *, otherwise: Callable[[], T]) -> T:
        """What the act answers; while the server is away, or fails at this, what there is otherwise."""
        if not self._may_ask():
            return otherwise()
        try:
            answer = act()
        except self._errors as error:
            self._failed(error)
            return otherwise()
        self._answered()
        return answer

    @property
    def _spared(self) -> float:
        return SPARED_SECONDS if self._spared_seconds is None else self._spared_seconds

    def _may_ask(self) -> bool:
        if not self.away:
            return True
        with self._lock:
            if self._clock() < self._try_at:
                return False
            self._try_at = self._clock() + self._spared  # the others do without while one tries
            return True

    def _failed(self, error: Exception) -> None:
        with self._lock:
            begins, self.away = not self.away, True
            self._try_at = self._clock() + self._spared
        if begins:
            logger.warning("%s is away: %s", self._server, type(error).__name__)

    def _answered(self) -> None:
        if not self.away:
            return
        with self._lock:
            ends, self.away = self.away, False
        if ends:
            logger.warning("%s is back", self._server)


# One a process, for the cache and for live pages: they share the server.
REDIS = CircuitBreaker("redis", (OSError, RedisError))
