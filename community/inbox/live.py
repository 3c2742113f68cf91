"""Pushes: ephemeral, sent after the commit, ids and numbers only. A lost one harms nobody: clients repair gaps."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from community.inbox.models import LiveMessage

logger = logging.getLogger("paddock.live")

GROUP = "paddock.live"


@dataclass(frozen=True)
class ChannelState:
    """What a provider of ``live.channel`` answers for somebody who may listen: the number of the latest change."""

    sequence: int


def announce(channel: str, *, kind: str, sequence: int, payload: Mapping[str, int | str] | None = None) -> None:
    """Tell everyone who listens to a channel that it changed, once the caller's transaction is committed.

    With Redis the message goes to every web process at once. Without it the message is a row that the web processes
    read; it travels with the transaction.
    """
    body = {"channel": channel, "kind": kind, "sequence": sequence, **(payload or {})}
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _send(body))
    else:
        LiveMessage.objects.create(channel=channel, body=body)


def _send(body: dict[str, Any]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(GROUP, {"type": "live.message", "body": body})
    except (OSError, RedisError):  # Redis is away: the act stays done, clients catch up when they reconnect
        logger.warning("live push lost: redis is away")
