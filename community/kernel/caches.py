"""Django's cache on Redis, and in the process while Redis is away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from community.kernel.circuit_breaker import REDIS

T = TypeVar("T")

PATIENCE_SECONDS = 0.5
MOST_KEPT = 5000  # limits are small and must not push each other out


def _or_in_memory(operation: Callable[..., T]) -> Callable[..., T]:
    """An operation of the cache that is done by the process's own memory while Redis is away."""
    instead: Callable[..., T] = getattr(LocMemCache, operation.__name__)

    @wraps(operation)
    def done(self: RedisOrMemory, *args: Any, **kwargs: Any) -> T:
        return REDIS.ask(
            partial(operation, self, *args, **kwargs), otherwise=partial(instead, self.memory, *args, **kwargs)
        )

    return done


class RedisOrMemory(RedisCache):
    """Django's own Redis cache, which costs nobody a page: while Redis is away each process keeps what it needs itself.

    Rate limits go on that way, counted by each process for itself. django-redis can ignore that Redis is away, but then
    no limit holds, and each call waits for it anew; django-cache-fallback waits anew as well.
    """

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        patience = {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}
        super().__init__(server, {**params, "OPTIONS": {**patience, **params.get("OPTIONS", {})}})
        self.memory = LocMemCache("redis-away", {**params, "OPTIONS": {"MAX_ENTRIES": MOST_KEPT}})

    add = _or_in_memory(RedisCache.add)
    get = _or_in_memory(RedisCache.get)
    set = _or_in_memory(RedisCache.set)
    touch = _or_in_memory(RedisCache.touch)
    delete = _or_in_memory(RedisCache.delete)
    get_many = _or_in_memory(RedisCache.get_many)
    has_key = _or_in_memory(RedisCache.has_key)
    incr = _or_in_memory(RedisCache.incr)
    set_many = _or_in_memory(RedisCache.set_many)
    delete_many = _or_in_memory(RedisCache.delete_many)
    clear = _or_in_memory(RedisCache.clear)


def redis_is_away() -> bool:
    """Whether this process does without Redis; asks it, unless it was found away some seconds ago."""
    cache.has_key("paddock.here")
    return REDIS.away
