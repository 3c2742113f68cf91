"""The WebSocket: who hears what, in which order, and how gaps are repaired."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from autobahn.twisted.websocket import WebSocketServerProtocol
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from community.inbox.api import announce
from community.inbox.consumers import (
    ANEW,
    MOST_ASKED,
    MOST_CHANNELS,
    NOT_TEXT,
    QUEUE,
    TOO_MANY,
    TOO_SLOW,
    LiveConsumer,
    state_of,
)
from community.inbox.feed import KEPT, LATE, TableFeed, prune
from community.inbox.hub import HUB, Hub
from community.inbox.live import ChannelState
from community.inbox.models import LiveMessage, Notification
from community.inbox.receivers import prune_messages
from community.inbox.routing import websocket_urlpatterns
from community.inbox.services import Notice, mark_read, notify
from forums.services import delete_post, ensure_board, open_topic, react, write_post
from tests.people import member

pytestmark = pytest.mark.django_db


def topic(now, readers="public"):
    board = ensure_board(slug=f"touring-{readers}", title_en="Touring", title_zh="旅行", readers=readers)
    return open_topic(author=member(), board=board, title="Roof rack", source="How high?", now=now)


async def socket(user, *channels):
    """A connected page that listens, with the first answers."""
    line = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/")
    line.scope["user"] = user
    assert (await line.connect())[0]
    await line.send_json_to({"listen": list(channels)})
    return line


def heard(body):
    return body["channel"], body["kind"], body["sequence"]


def test_a_page_hears_where_it_stands_and_then_what_happens(now):
    found, otto, maja = topic(now), member("otto"), member("maja")

    async def scene():
        line = await socket(AnonymousUser(), found.channel)
        assert heard(await line.receive_json_from()) == (found.channel, "listening", 1)
        post = await sync_to_async(write_post)(author=otto, topic=found, source="Two metres.", now=now)
        assert heard(await line.receive_json_from()) == (found.channel, "post", 2)
        await sync_to_async(react)(member=maja, post=post, kind="useful", now=now)
        assert heard(await line.receive_json_from()) == (found.channel, "reaction", 3)
        await sync_to_async(delete_post)(actor=otto, post=post, now=now)
        assert heard(await line.receive_json_from()) == (found.channel, "edit", 4)
        await line.disconnect()

    async_to_sync(scene)()
    found.refresh_from_db()
    assert found.sequence == 4


def test_every_listener_of_a_channel_hears_a_message_once_and_nobody_else(now):
    one, other = topic(now), topic(now)

    async def scene():
        lines = [await socket(AnonymousUser(), one.channel) for _ in range(5)]
        outside = await socket(AnonymousUser(), other.channel)
        for line in [*lines, outside]:
            await line.receive_json_from()
        await sync_to_async(announce)(one.channel, kind="post", sequence=2)
        for line in lines:
            assert heard(await line.receive_json_from()) == (one.channel, "post", 2)
        for line in [*lines, outside]:
            assert await line.receive_nothing(timeout=0.25)
            await line.disconnect()

    async_to_sync(scene)()


def test_one_subscription_a_process_whatever_the_number_of_sockets(now):
    found = topic(now)

    async def scene():
        lines = [await socket(AnonymousUser(), found.channel) for _ in range(3)]
        for line in lines:
            await line.receive_json_from()
        task = HUB._task
        assert [one for one in asyncio.all_tasks() if "_feed" in repr(one)] == [task]
        await lines[0].disconnect()
        assert not task.done()
        for line in lines[1:]:
            await line.disconnect()
        assert HUB._task is None
        assert dict(HUB._listeners) == {}
        await asyncio.sleep(0)
        assert task.done()

    async_to_sync(scene)()


def test_what_happens_while_a_page_joins_is_not_missed():
    class Busy:
        """Somebody who is told something in the very moment in which their page asks where it stands."""

        is_authenticated = True

        @property
        def pk(self):
            HUB.deliver({"channel": "member:1", "kind": "notification", "sequence": 2})
            return 1

    async def scene():
        line = await socket(Busy(), "member:1")
        assert heard(await line.receive_json_from()) == ("member:1", "listening", 0)
        assert heard(await line.receive_json_from()) == ("member:1", "notification", 2)
        await line.disconnect()

    async_to_sync(scene)()


def test_what_one_may_not_read_one_does_not_hear(now):
    inside, maja, otto = topic(now, "member"), member("maja"), member("otto")
    guest = AnonymousUser()
    allowed = {
        (user, channel): state_of(user, channel) is not None
        for user in (guest, maja, otto)
        for channel in (inside.channel, f"member:{maja.pk}")
    }
    assert allowed == {
        (guest, inside.channel): False,
        (guest, f"member:{maja.pk}"): False,
        (maja, inside.channel): True,
        (maja, f"member:{maja.pk}"): True,
        (otto, inside.channel): True,
        (otto, f"member:{maja.pk}"): False,
    }

    async def scene():
        line = await socket(guest, inside.channel, f"member:{maja.pk}")
        await sync_to_async(announce)(inside.channel, kind="post", sequence=2)
        await sync_to_async(announce)(f"member:{maja.pk}", kind="notification", sequence=1)
        assert await line.receive_nothing(timeout=0.5)
        assert dict(HUB._listeners) == {}
        await line.disconnect()

    async_to_sync(scene)()


NAMES = ["", ":", "topic", "topic:", "topic:-1", "topic:٣", "topic:1e3", "nothing:1", "topic:" + "9" * 19, "member:0"]


@pytest.mark.parametrize("channel", NAMES)
def test_a_channel_there_is_not_is_nothing(channel):
    assert state_of(AnonymousUser(), channel) is None


TEXTS = ["{", "[]", "null", '{"listen": 1}', '{"listen": [1, null, {}]}', "[" * 3000, '{"listen": ["' + "x" * 9000]


@pytest.mark.parametrize("text", TEXTS)
def test_broken_messages_are_ignored(text, now):
    found = topic(now)

    async def scene():
        line = await socket(AnonymousUser())
        await line.send_to(text_data=text)
        await line.send_json_to({"listen": [found.channel]})
        assert heard(await line.receive_json_from()) == (found.channel, "listening", 1)
        await line.disconnect()

    async_to_sync(scene)()


def test_a_page_listens_to_so_many_channels_at_most(now):
    channels = [topic(now).channel for _ in range(MOST_CHANNELS + 2)]

    async def scene():
        line = await socket(AnonymousUser(), *channels[:5], *channels[:5])
        await line.send_json_to({"listen": channels[5:]})
        answers = [heard(await line.receive_json_from())[0] for _ in range(MOST_CHANNELS)]
        assert answers == channels[:MOST_CHANNELS]
        assert await line.receive_nothing(timeout=0.1)
        await line.disconnect()

    async_to_sync(scene)()


@pytest.mark.parametrize("message", [{"listen": ["topic:99999"] * 20}, {"listen": [None] * 20}, {}])
def test_a_socket_that_asks_on_and_on_is_closed(message, now, django_assert_max_num_queries):
    async def scene():
        line = await socket(AnonymousUser())
        for _ in range(400):
            await line.send_json_to(message)
        closed = await line.receive_output(timeout=5)
        assert (closed["type"], closed["code"]) == ("websocket.close", TOO_MANY)
        await line.disconnect()

    with django_assert_max_num_queries(MOST_ASKED):
        async_to_sync(scene)()


def test_a_page_may_join_again_and_again_within_reason(now):
    found = topic(now)

    async def scene():
        line = await socket(AnonymousUser(), found.channel)
        for _ in range(MOST_ASKED - 2):
            await line.send_json_to({"listen": [found.channel]})
        assert heard(await line.receive_json_from()) == (found.channel, "listening", 1)
        assert await line.receive_nothing(timeout=0.1)
        await line.disconnect()

    async_to_sync(scene)()


@pytest.mark.parametrize("data", [b"\x00\xff", b'{"listen": []}'])
def test_a_binary_message_closes_the_socket_without_a_fault(data):
    async def scene():
        line = await socket(AnonymousUser())
        await line.send_to(bytes_data=data)
        closed = await line.receive_output(timeout=5)
        assert (closed["type"], closed["code"]) == ("websocket.close", NOT_TEXT)
        await line.disconnect()

    async_to_sync(scene)()


def test_a_socket_that_does_not_read_is_closed_and_the_others_are_not_kept_waiting():
    closed = []

    class Stuck(LiveConsumer):
        async def close(self, code=None, reason=None):
            closed.append(code)

    async def scene():
        stuck, quick, hub = Stuck(), [], Hub()
        stuck.held, stuck.closing, stuck.queue = {}, None, asyncio.Queue(QUEUE)
        reader = type("Reader", (), {"push": lambda self, body: quick.append(body)})()
        hub._listeners["topic:1"] = {stuck, reader}
        for number in range(QUEUE + 5):
            hub.deliver({"channel": "topic:1", "kind": "post", "sequence": number})
        await asyncio.sleep(0)
        assert len(quick) == QUEUE + 5

    async_to_sync(scene)()
    assert closed == [4008]


def test_daphne_sends_the_codes_we_close_with():
    sent = []
    protocol = WebSocketServerProtocol()
    protocol.sendCloseFrame = lambda code, **_options: sent.append(code)
    for code in (ANEW, NOT_TEXT, TOO_MANY, TOO_SLOW):
        protocol.sendClose(code)
    assert sent == [ANEW, NOT_TEXT, TOO_MANY, TOO_SLOW]


def test_the_bell_hears_of_a_notification_and_shows_it(client, now):
    maja, otto = member("maja"), member("otto")
    notice = {"kind": "forums.reply", "subject": "topic:1", "actor_id": otto.pk, "url": "/", "title": "x", "at": now}

    async def scene():
        line = await socket(maja, f"member:{maja.pk}")
        assert heard(await line.receive_json_from()) == (f"member:{maja.pk}", "listening", 0)
        await sync_to_async(notify)([Notice(recipient_id=maja.pk, event_id=7, **notice)])
        assert heard(await line.receive_json_from()) == (f"member:{maja.pk}", "notification", 7)
        await line.disconnect()

    async_to_sync(scene)()
    client.force_login(maja)
    assert 'data-live-sequence="7"' in client.get("/notifications/bell/").content.decode()
    assert state_of(maja, f"member:{maja.pk}") == ChannelState(7)
    mark_read(member_id=maja.pk, notification_id=Notification.objects.get().pk, now=now)
    assert state_of(maja, f"member:{maja.pk}") == ChannelState(0)


# The feed of an installation without Redis


def message(number, at=None):
    row = LiveMessage.objects.create(pk=number, channel="topic:1", body={"sequence": number})
    LiveMessage.objects.filter(pk=number).update(at=at or timezone.now())
    return row


def read(feed, at):
    return [body["sequence"] for body in feed.read(at)]


def test_the_feed_gives_every_message_once_in_order():
    at = timezone.now()
    message(1, at - timedelta(seconds=30))
    feed = TableFeed(at)
    message(2)
    message(3)
    assert [read(feed, at), read(feed, at)] == [[2, 3], []]
    message(4)
    assert read(feed, at) == [4]


def test_the_feed_begins_a_little_before_the_page_joined():
    at = timezone.now()
    message(1, at - timedelta(seconds=30))
    message(2, at - timedelta(seconds=1))
    assert read(TableFeed(at), at) == [2]


def test_a_message_committed_late_is_still_given():
    at = timezone.now()
    feed = TableFeed(at)
    message(1)
    message(4)
    assert read(feed, at) == [1, 4]
    message(2)
    assert read(feed, at) == [2]
    message(3)
    assert read(feed, at + LATE) == []


def test_messages_are_kept_for_a_minute_whether_anybody_listens_or_not():
    at = timezone.now()
    message(1, at - KEPT - timedelta(seconds=1))
    message(2, at - KEPT + timedelta(seconds=10))
    assert prune(at) == 1
    assert list(LiveMessage.objects.values_list("pk", flat=True)) == [2]
    assert prune(at + timedelta(seconds=30)) == 1
    message(1, at - KEPT - timedelta(seconds=1))
    assert [prune_messages(), prune_messages()] == [1, 0]


# Repair


def test_the_repair_of_a_topic_holds_all_that_fits_on_a_page(client, now):
    found, otto = topic(now), member("otto")
    for number in range(2, 26):
        write_post(author=otto, topic=found, source=f"Reply {number}", now=now)
    text = client.get(f"/topics/{found.pk}/since/", {"after": "1"}).content.decode()
    assert 'data-live-sequence="25"' in text
    assert [number for number in range(1, 26) if f'id="floor{number}"' in text] == list(range(6, 26))


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 5000, "٣"])
def test_a_repair_with_a_strange_number_is_answered(client, after, now):
    found = topic(now)
    assert client.get(f"/topics/{found.pk}/since/", {"after": after}).status_code == 200


def test_a_repair_of_what_one_may_not_read_is_404(client, now):
    assert client.get(f"/topics/{topic(now, 'member').pk}/since/").status_code == 404
