"""WebSockets through the whole application: who may open one, what it tells whom, and what does not disturb it."""

import json
import logging
import os
import tracemalloc

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from community.asgi import application
from community.inbox.api import announce
from community.inbox.consumers import MOST_CHANNELS, NOT_TEXT, TOO_MANY
from community.inbox.hub import HUB
from community.members.api import Role
from tests.contests import contest
from tests.forums.places import board, topic
from tests.people import member, staff

pytestmark = pytest.mark.django_db
OWN = "http://testserver"


@pytest.fixture(autouse=True)
def no_errors(caplog):
    """Whatever comes, nothing is an error in the log."""
    with caplog.at_level(logging.WARNING):
        yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def line(*origins, host="testserver", path="/ws/", cookie="", more=()):
    headers = [(b"host", host.encode()), *((b"origin", one.encode("latin1")) for one in origins), *more]
    return WebsocketCommunicator(application, path, headers=[*headers, (b"cookie", cookie.encode("latin1"))])


def opens(socket):
    async def scene():
        opened, _code = await socket.connect()
        await socket.disconnect()
        return opened

    return async_to_sync(scene)()


def cookie_of(person):
    client = Client()
    client.force_login(person)
    return f"sessionid={client.cookies['sessionid'].value}"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (OWN, "testserver"),
        ("https://testserver", "testserver"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://TestServer", "testserver"),
    ],
)
def test_our_own_pages_get_in(origin, host):
    assert opens(line(origin, host=host))


FOREIGN = [
    *(
        "http://evil.example",
        "http://testserver.evil.example",
        "http://eviltestserver",
        "http://testserver@evil.example",
    ),
    *("http://testserver:8080", "http://127.0.0.1", "null", "", "testserver", "//testserver", "file://testserver"),
    *("http://[", "http://testserver:99999999", "http://testserver/", "http://testserver#", "\xff\xfe", "http://\x00"),
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_pages_of_other_sites_do_not(origin):
    assert not opens(line(origin, cookie=cookie_of(member("maja"))))


def test_nor_whoever_says_nothing_or_two_things_or_calls_us_by_another_name():
    assert not opens(line())
    assert not opens(line("http://evil.example", OWN))
    assert not opens(line(OWN, "http://evil.example"))
    assert not opens(line("http://evil.example", host="evil.example"))
    assert not opens(line(OWN, more=[(b"host", b"evil.example")]))


@pytest.mark.parametrize("path", ["/", "/ws", "/ws/x", "/topics/1/", "/ws/\u0663/"])
def test_other_addresses_are_refused(path):
    assert not opens(line(OWN, path=path))


@pytest.mark.parametrize("cookie", ["sessionid=" + "x" * 50_000, 'sessionid="\\000abcdefghijk"', "\xff=\xfe", ";;;=;"])
def test_broken_cookies_are_those_of_a_guest(cookie):
    assert opens(line(OWN, cookie=cookie))


def test_a_member_hears_only_what_they_may():
    maja, otto = member("maja"), member("otto")
    shown, inside = topic(), topic(where=board("inside", readers="staff"), author=staff(Role.MODERATOR))
    draft = contest()
    draft.phases.update(starts_at="2099-01-01T00:00Z")
    asked = [f"member:{otto.pk}", inside.channel, draft.channel, f"member:{maja.pk}", shown.channel]

    async def scene():
        socket = line(OWN, cookie=await sync_to_async(cookie_of)(maja))
        assert (await socket.connect())[0]
        await socket.send_json_to({"listen": asked})
        for channel in asked[3:]:
            assert (await socket.receive_json_from())["channel"] == channel
        for channel in asked[:3]:
            await sync_to_async(announce)(channel, kind="post", sequence=2)
        assert await socket.receive_nothing(timeout=0.4)
        assert set(HUB._listeners) == set(asked[3:])
        await socket.disconnect()

    async_to_sync(scene)()


DEEP = "[" * 100_000
RUBBISH = [
    *(" ", "{", "null", "[]", '"listen"', "\x00", "\ud7ff\U0010ffff", DEEP, '{"listen":' * 50_000, "1e999999", "NaN"),
    *('{"listen": "topic:1"}', '{"listen": {"topic:1": 1}}', '{"listen": [[["topic:1"]], 1, null, true, {}, 1e400]}'),
    *('{"listen": ["topic:1\\u0000", "member:\\ud800", "\\u0000", "topic:-1", "topic:1;drop", "member:1 OR 1=1"]}',),
    *('{"listen": ["topic:' + "9" * 10_000_000 + '"]}', json.dumps({"listen": [f"topic:{n}" for n in range(100_000)]})),
]


@pytest.mark.parametrize("text", RUBBISH, ids=lambda text: text[:20].encode("unicode-escape").decode())
def test_rubbish_is_ignored(text):
    found = topic()

    async def scene():
        socket = line(OWN)
        await socket.connect()
        await socket.send_to(text_data=text)
        await socket.send_json_to({"listen": [found.channel]})
        assert (await socket.receive_json_from())["channel"] == found.channel
        assert set(HUB._listeners) == {found.channel}
        await socket.disconnect()

    async_to_sync(scene)()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"bytes_data": os.urandom(1000)}, NOT_TEXT),
        ({"bytes_data": b"{}"}, NOT_TEXT),
        ({"text_data": json.dumps({"listen": [f"t:{n}" for n in range(300)]})}, TOO_MANY),
    ],
)
def test_what_no_page_sends_closes_the_socket(sent, code):
    async def scene():
        socket = line(OWN)
        await socket.connect()
        await socket.send_to(**sent)
        assert (await socket.receive_output(timeout=5))["code"] == code
        await socket.send_to(**sent)
        assert await socket.receive_nothing(timeout=0.05)
        await socket.disconnect()
        assert dict(HUB._listeners) == {}

    async_to_sync(scene)()


def test_a_socket_that_sends_on_and_on_keeps_nothing():
    names = [json.dumps({"listen": [f"member:{n}{'0' * 50}" for n in range(start, start + 50)]}) for start in range(40)]

    async def scene():
        socket = line(OWN)
        await socket.connect()
        tracemalloc.start()
        for text in names * 50:
            await socket.send_to(text_data=text)
        await socket.receive_output(timeout=5)
        kept, _most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(HUB._listeners) <= MOST_CHANNELS
        await socket.disconnect()
        return kept

    assert async_to_sync(scene)() < 5_000_000


def test_a_page_with_a_broken_session_is_a_guests(client):
    member("maja")
    for key in ('"\\000abcdefghijk"', "x" * 300, "'; --------", "é" * 20):
        assert client.get("/boards/", headers={"cookie": f"sessionid={key}"}).status_code == 200
