"""Pushes: ephemeral, sent after the commit, ids and numbers only. A lost one harms nobody: clients repair gaps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from redis.exceptions import ConnectionError  # noqa: A004 - Python's own is not raised by the layer

from community.inbox.models import LiveMessage
from community.kernel.api import REDIS, take_turn

GROUP = "paddock.live"
SEND_SECONDS = 2


@dataclass(frozen=True)
class ChannelState:
    """What a provider of ``live.channel`` answers for somebody who may listen: the number of the latest change."""

    sequence: int


@dataclass(frozen=True)
class Push:
    """A channel changed: what kind of change, its number, and ids that go with it.

    A change that nobody may count has no number: pages that are open ask, those that missed it have missed nothing.
    """

    channel: str
    kind: str
    sequence: int | None = None
    payload: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The message as sockets send it."""
        number = {} if self.sequence is None else {"sequence": self.sequence}
        return {"channel": self.channel, "kind": self.kind, **number, **self.payload}


def announce(
    channel: str, *, kind: str, sequence: int | None = None, payload: Mapping[str, int | str] | None = None
) -> None:
    """Tell everyone who listens to a channel that it changed, once the caller's transaction is committed."""
    announce_all([Push(channel, kind, sequence, payload or {})])


def announce_once(channel: str, *, kind: str, seconds: int) -> None:
    """Tell everyone who listens to a channel that it changed, once in so many seconds at most, after the commit.

    The message has no number: how often it happened is nobody's to count. The cache is asked after the commit, so that
    nobody who waits for what the caller locked waits for it too.
    """

    def tell() -> None:
        if take_turn(f"told:{channel}:{kind}", every=timedelta(seconds=seconds)):
            with transaction.atomic():
                announce(channel, kind=kind)

    transaction.on_commit(tell, robust=True)  # what was done is done, whether anybody hears of it or not


def announce_all(pushes: Sequence[Push]) -> None:
    """Tell of many changes at once, after the commit.

    With Redis they go to every web process in one message. Without it each is a row that the web processes read; it
    travels with the transaction.
    """
    if not pushes:
        return
    bodies = [push.body for push in pushes]
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _send(bodies))
    else:
        LiveMessage.objects.bulk_create(LiveMessage(channel=body["channel"], body=body) for body in bodies)


def _send(bodies: list[dict[str, Any]]) -> None:
    """Redis may be away: the act stays done, clients catch up when they reconnect."""
    REDIS.ask(lambda: async_to_sync(_send_to_all)(bodies), otherwise=lambda: None)


async def _send_to_all(bodies: list[dict[str, Any]]) -> None:
    layer, message = get_channel_layer(), {"type": "live.message", "bodies": bodies}
    # The layer itself waits without end: its sockets serve blocking reads, too.
    async with asyncio.timeout(SEND_SECONDS):
        try:
            await layer.group_send(GROUP, message)
        except ConnectionError:  # one that was kept open and has ended since; the next is new
            await layer.group_send(GROUP, message)
