"""One subscription a process, a local loop over its sockets."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error
from redis.exceptions import RedisError

from community.inbox.feed import TableFeed
from community.inbox.live import GROUP, SEND_SECONDS
from community.kernel.api import now

logger = logging.getLogger("paddock.live")

POLL_SECONDS = 0.2
AGAIN_SECONDS = 1
STAY_SECONDS = 30


class Listener(Protocol):
    """A socket as the hub knows it."""

    def push(self, body: dict[str, Any]) -> None:
        """Queue a message; never blocks."""

    def connect_anew(self) -> None:
        """Messages may have been lost: have the page connect anew, which tells it where its channels stand."""


class Hub:
    """Which sockets of this process listen to which channel, and the one task that feeds them."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._interrupted = False

    def join(self, channel: str, listener: Listener) -> None:
        """Listen; the first listener starts the feed."""
        self._listeners[channel].add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._feed())

    def leave(self, channel: str, listener: Listener) -> None:
        """Stop listening; without listeners the feed ends."""
        self._listeners[channel].discard(listener)
        if not self._listeners[channel]:
            del self._listeners[channel]
        if not self._listeners and self._task:
            self._task.cancel()
            self._task, self._interrupted = None, False

    def deliver(self, body: dict[str, Any]) -> None:
        """Hand a message to this process's listeners of its channel."""
        for listener in list(self._listeners.get(body["channel"], ())):
            listener.push(body)

    async def _feed(self) -> None:
        source = self._from_layer if settings.REDIS_URL else self._from_table
        while True:
            try:
                await source()
            except* (OSError, Error, RedisError):
                if not self._interrupted:
                    logger.warning("live feed interrupted; trying again")
                self._interrupted = True
                await _let_go()
                await asyncio.sleep(AGAIN_SECONDS)

    def _begins(self) -> None:
        """The feed runs. After an interruption pages may be behind without knowing."""
        if self._interrupted:
            logger.warning("live feed is back")
            for listener in set().union(*self._listeners.values()):
                listener.connect_anew()
        self._interrupted = False

    async def _from_layer(self) -> None:
        layer = get_channel_layer()
        name = await layer.new_channel()
        await _join(layer, name)
        self._begins()
        tasks = [asyncio.create_task(work) for work in (self._read(layer, name), _stay(layer, name))]
        try:
            # No TaskGroup: up to Python 3.11.2 a failure in one leaves its task cancelled for every later timeout.
            done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            async with _soon():
                await layer.group_discard(GROUP, name)

    async def _read(self, layer: Any, name: str) -> None:
        while True:
            for body in (await layer.receive(name))["bodies"]:
                self.deliver(body)

    async def _from_table(self) -> None:
        feed = await database_sync_to_async(TableFeed)(now())
        self._begins()
        while True:
            for body in await database_sync_to_async(feed.read)(now()):
                self.deliver(body)
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _soon() -> AsyncIterator[None]:
    """Tidying up: without success, too, it is over soon."""
    with suppress(OSError, RedisError):
        async with asyncio.timeout(SEND_SECONDS):
            yield


async def _let_go() -> None:
    """Close what is connected: connections nobody used when they ended would each interrupt the feed once more."""
    if settings.REDIS_URL:
        async with _soon():
            await get_channel_layer().close_pools()


async def _join(layer: Any, name: str) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await layer.group_add(GROUP, name)


async def _stay(layer: Any, name: str) -> None:
    """Join again and again: a membership ends after a day, and reading alone never notices a server that is gone."""
    while True:
        await asyncio.sleep(STAY_SECONDS)
        await _join(layer, name)


HUB = Hub()
