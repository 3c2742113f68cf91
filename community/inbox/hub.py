"""One subscription a process, a local loop over its sockets."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import Any, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from community.inbox.feed import TableFeed
from community.inbox.live import GROUP
from community.kernel.api import now

logger = logging.getLogger("paddock.live")

POLL_SECONDS = 0.2


class Listener(Protocol):
    """A socket."""

    def push(self, body: dict[str, Any]) -> None:
        """Queue a message; never blocks."""


class Hub:
    """Which sockets of this process listen to which channel, and the one task that feeds them."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

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
            self._task = None

    def deliver(self, body: dict[str, Any]) -> None:
        """Hand a message to this process's listeners of its channel."""
        for listener in list(self._listeners.get(body["channel"], ())):
            listener.push(body)

    async def _feed(self) -> None:
        source = self._from_layer if settings.REDIS_URL else self._from_table
        while True:
            try:
                await source()
            except (OSError, DatabaseError, RedisError):
                logger.warning("live feed interrupted; trying again")
                await asyncio.sleep(1)

    async def _from_layer(self) -> None:
        layer = get_channel_layer()
        name = await layer.new_channel()
        await layer.group_add(GROUP, name)
        try:
            while True:
                for body in (await layer.receive(name))["bodies"]:
                    self.deliver(body)
        finally:
            await layer.group_discard(GROUP, name)

    async def _from_table(self) -> None:
        feed = await database_sync_to_async(TableFeed)(now())
        while True:
            for body in await database_sync_to_async(feed.read)(now()):
                self.deliver(body)
            await asyncio.sleep(POLL_SECONDS)


HUB = Hub()
