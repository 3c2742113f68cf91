"""Redis breaks off, falls silent and comes back: what it keeps is used again, and pages that are open catch up."""

import asyncio
import secrets
import select

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache, caches
from redis import Redis

from community.inbox.api import announce
from community.inbox.consumers import ANEW
from community.inbox.hub import HUB
from community.inbox.live import GROUP
from community.inbox.routing import websocket_urlpatterns
from community.kernel.api import REDIS
from tests.forums.places import topic
from tests.outage import Door
from tests.servers import PREFIX, address

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def door(settings, monkeypatch):
    """Cache and layer behind a door, under names of this test's own."""
    monkeypatch.setattr("community.kernel.circuit_breaker.SPARED_SECONDS", 0.2)
    found, own = Door(address("redis")), f"{PREFIX}{secrets.token_hex(3)}"
    settings.REDIS_URL = f"redis://127.0.0.1:{found.port}/0?client_name={own}"
    settings.CACHES = {
        "default": {"BACKEND": "tests.servers.OwnKeys", "LOCATION": settings.REDIS_URL, "KEY_PREFIX": own}
    }
    hosts = [{"address": settings.REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 2}]
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts, "prefix": own}}
    }
    found.own = own
    yield found
    found.open()
    caches["default"].memory.clear()
    cache.clear()
    REDIS.away = False


def kill(door) -> int:
    """End this test's connections, as Redis does when it is told to."""
    with Redis.from_url(address("redis")) as client:
        mine = [one["id"] for one in client.client_list() if one["name"] == door.own]
        return sum(client.client_kill_filter(_id=pk) for pk in mine)


def stands(door, name):
    with Redis.from_url(address("redis")) as client:
        return client.get(f"{door.own}:1:{name}")


def test_a_connection_that_was_ended_is_no_outage(door, caplog):
    cache.set("before", 1)
    (kept,) = caches["default"]._cache._get_connection_pool(write=True)._available_connections
    assert kill(door) == 1
    arrives = select.poll()
    arrives.register(kept._sock, select.POLLIN)
    assert arrives.poll(10_000)  # the end of it is here
    assert cache.get("before") == 1
    cache.set("after", 2)
    assert stands(door, "after") == b"2"
    assert (REDIS.away, caplog.messages) == (False, [])


@pytest.mark.parametrize("away", ["refuse", "freeze"])
def test_the_cache_is_in_the_process_until_redis_is_back(door, away, caplog):
    cache.set("before", 1)
    getattr(door, away)()
    cache.set("meanwhile", 2)
    assert [cache.get("before"), cache.get("meanwhile"), REDIS.away] == [None, 2, True]
    door.open()
    REDIS._try_at = 0
    assert [cache.get("before"), cache.get("meanwhile"), REDIS.away] == [1, None, False]
    cache.set("after", 3)
    assert stands(door, "after") == b"3"
    assert [text.partition(":")[0] for text in caplog.messages] == ["redis is away", "redis is back"]


def play(scene):
    """Run it; where it waits for good it fails, and leaves no socket to the next one's hub."""

    async def within_a_minute():
        async with asyncio.timeout(60):
            await scene()

    try:
        async_to_sync(within_a_minute)()
    finally:
        HUB.__init__()


async def socket(channel):
    line = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/")
    line.scope["user"] = AnonymousUser()
    assert (await line.connect())[0]
    await line.send_json_to({"listen": [channel]})
    assert (await line.receive_json_from())["kind"] == "listening"
    return line


async def joined(layer):
    """The hub's name is in the group."""
    connection = layer.connection(0)
    for _ in range(100):
        if await connection.zcard(layer._group_key(GROUP)):
            return
        await asyncio.sleep(0.05)
    raise AssertionError


@pytest.mark.parametrize("away", ["kill", "refuse", "freeze"])
def test_open_pages_connect_anew_and_hear_again(door, away, monkeypatch):
    monkeypatch.setattr("community.inbox.hub.STAY_SECONDS", 0.2)
    monkeypatch.setattr("community.inbox.hub.SEND_SECONDS", 0.5)
    monkeypatch.setattr("community.inbox.live.SEND_SECONDS", 0.5)
    found = topic()

    async def told(line, number):
        await sync_to_async(announce)(found.channel, kind="post", sequence=number)
        return (await line.receive_json_from(timeout=3))["sequence"] == number

    async def hears_again(layer):
        for _ in range(3):  # a page that is told to connect anew once more does so
            line = await socket(found.channel)
            await joined(layer)
            await asyncio.sleep(0.3)
            try:
                assert await told(line, 4)
            except (AssertionError, TimeoutError):
                continue
            await line.disconnect()
            return
        raise AssertionError

    async def scene():
        layer = get_channel_layer()
        line = await socket(found.channel)
        await joined(layer)
        assert await told(line, 2)
        if away == "kill":
            assert kill(door)
        else:
            getattr(door, away)()
            await sync_to_async(announce)(found.channel, kind="post", sequence=3)
            assert await line.receive_nothing(timeout=1.5)
            door.open()
        closed = await line.receive_output(timeout=5)
        assert (closed["type"], closed["code"]) == ("websocket.close", ANEW)
        await line.disconnect()
        await hears_again(layer)
        await asyncio.sleep(0.1)
        await layer.close_pools()

    play(scene)


def test_a_hub_stays_in_its_group(door, monkeypatch):
    monkeypatch.setattr("community.inbox.hub.STAY_SECONDS", 0.1)
    found = topic()

    async def scene():
        layer = get_channel_layer()
        line = await socket(found.channel)
        await joined(layer)
        await layer.connection(0).delete(layer._group_key(GROUP))
        await joined(layer)
        await line.disconnect()
        await asyncio.sleep(0.1)
        await layer.close_pools()

    play(scene)
