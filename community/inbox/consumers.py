"""The one WebSocket of a page."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import Error

from community.inbox.hub import HUB
from community.inbox.live import ChannelState
from community.inbox.services import bell_of
from community.kernel.api import KEY_DIGITS, contributions, number_in

MOST_CHANNELS = 20
QUEUE = 100
LONGEST_NAME = 60
# Daphne sends no code below 3000 but "all is well".
TOO_SLOW = 4008
ANEW = 4012
MOST_ASKED = 40  # names, or messages without any, in the life of a socket: a page asks once, for a few
TOO_MANY = 4029
NOT_TEXT = 4003


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Listens to channels for a page; what it may not hear it is silently not told."""

    # The hub listens for all sockets. One that read from Redis itself would end with it.
    channel_layer_alias = None

    async def connect(self) -> None:
        """Everybody may connect; channels are checked one by one."""
        self.channels: set[str] = set()
        self.asked = 0
        self.ended = False
        self.held: dict[str, list[dict[str, Any]]] = {}
        self.closing: asyncio.Task[None] | None = None
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(QUEUE)
        self.sender: asyncio.Task[None] | None = None
        await self.accept()
        self.sender = asyncio.get_running_loop().create_task(self._send_queue())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Text only. What comes after the socket was closed is dropped."""
        if self.ended:
            return
        if text_data is None:
            await self._end(NOT_TEXT)
        else:
            await super().receive(text_data=text_data, **kwargs)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """``{"listen": ["topic:7", ...]}``; anything else is ignored."""
        wanted = content.get("listen") if isinstance(content, dict) else None
        names = wanted if isinstance(wanted, list) else []
        self.asked += max(1, len(names))
        if self.asked > MOST_ASKED:
            await self._end(TOO_MANY)
            return
        for channel in names[:MOST_CHANNELS]:
            if isinstance(channel, str) and len(channel) <= LONGEST_NAME and len(self.channels) < MOST_CHANNELS:
                await self._listen(channel)

    async def _end(self, code: int) -> None:
        self.ended = True
        await self.close(code=code)

    async def _listen(self, channel: str) -> None:
        """Join, then ask where the channel stands: what happens in between is held back, so that nothing is missed."""
        if channel in self.channels or channel in self.held:
            return
        self.held[channel] = []
        HUB.join(channel, self)
        try:
            state = await database_sync_to_async(state_of)(self.scope["user"], channel)
        except Error:  # the database is away: the page comes back, and is told then
            await self._end(ANEW)
            return
        held = self.held.pop(channel)
        if state is None:
            HUB.leave(channel, self)
            return
        self.channels.add(channel)
        for body in [{"channel": channel, "kind": "listening", "sequence": state.sequence}, *held]:
            self.push(body)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Broken JSON is nothing."""
        try:
            return await super().decode_json(text_data[:4000])
        except (ValueError, RecursionError):
            return None

    def push(self, body: dict[str, Any]) -> None:
        """Queue a message; a socket that does not read is closed."""
        held = self.held.get(body["channel"])
        if held is not None:
            held.append(body)
            return
        try:
            self.queue.put_nowait(body)
        except asyncio.QueueFull:
            self._close_soon(TOO_SLOW)

    def connect_anew(self) -> None:
        """Close the socket: the page connects again in a moment, and is told where its channels stand."""
        self._close_soon(ANEW)

    def _close_soon(self, code: int) -> None:
        self.closing = self.closing or asyncio.get_running_loop().create_task(self.close(code=code))

    async def _send_queue(self) -> None:
        while True:
            await self.send_json(await self.queue.get())

    async def disconnect(self, code: int) -> None:
        """Leave all channels and stop sending."""
        if self.sender:
            self.sender.cancel()
        for channel in (*self.channels, *self.held):
            HUB.leave(channel, self)
        self.channels = set()


def state_of(user: Any, channel: str) -> ChannelState | None:
    """Where a channel stands for somebody who may listen: one's own, and what a feature allows. Else None."""
    kind, _, text = channel.partition(":")
    number = number_in(text, KEY_DIGITS)
    if number is None:
        return None
    if kind == "member":
        own = user.is_authenticated and user.pk == number
        return ChannelState(bell_of(user.pk).sequence) if own else None
    answers: list[ChannelState] = contributions("live.channel", user, kind, number)
    return answers[0] if answers else None
