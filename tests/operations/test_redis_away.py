"""Redis may be away, refusing or silent: every page and act goes on, and it is asked once, not at each call."""

import socket

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from asgiref.sync import async_to_sync, sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache, caches
from django.urls import reverse
from redis.asyncio.connection import Connection as LiveConnection
from redis.connection import Connection

from community.consent.api import VERSION, permits_of
from community.inbox.api import announce
from community.inbox.routing import websocket_urlpatterns
from community.kernel.api import REDIS
from community.kernel.limits import LIMITS
from community.members.api import Role
from forums.models import Post
from ideas.models import Idea, Vote
from tests.contests import begin, contest, idea
from tests.forums.places import picture, reply, topic
from tests.people import confirm, member, permit, staff
from tests.relay import drain
from tests.sites import ensure_site
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]  # a Redis that is away is so in either run


@pytest.fixture(params=["refusing", "silent"])
def tries(request, settings, monkeypatch):
    """The cache and the layer are in a Redis that is away. Who tried to reach it: the cache or the layer."""
    found = []
    monkeypatch.setattr(
        "community.kernel.circuit_breaker.SPARED_SECONDS", 600
    )  # on a busy machine a test may take a while
    monkeypatch.setattr("community.kernel.caches.PATIENCE_SECONDS", 0.1)  # the silent one is waited for in every test
    for client, name in ((Connection, "cache"), (LiveConnection, "layer")):
        monkeypatch.setattr(client, "_connect", counted(client._connect, name, found))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if request.param == "refusing":
            listener.close()
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        settings.CACHES = {
            "default": {"BACKEND": "community.kernel.caches.RedisOrMemory", "LOCATION": settings.REDIS_URL}
        }
        hosts = [{"address": settings.REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 2}]
        settings.CHANNEL_LAYERS = {
            "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts}}
        }
        yield found
        caches["default"].memory.clear()
        REDIS.away = False


def counted(connect, name, found):
    def tried(self, *args, **kwargs):
        found.append(name)
        return connect(self, *args, **kwargs)

    return tried


@pytest.fixture
def maja(client):
    person = member("maja")
    client.force_login(person)
    return person


PAGES = {
    "home": lambda: "/",
    "boards": lambda: "/boards/",
    "board": lambda: f"/boards/{topic().board.slug}/",
    "topic": lambda: topic().get_absolute_url(),
    "since": lambda: f"/topics/{topic().pk}/since/",
    "search": lambda: "/search/?q=roof",
    "contest": lambda: f"/contests/{begin(contest(), 'voting').slug}/",
    "space": lambda: reverse("members:space", args=[member("otto").username]),
    "mirror": lambda: "/me/knows/",
    "notifications": lambda: "/notifications/",
    "sign in": lambda: reverse("account_login"),
    "editors": lambda: "/cms/",
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("guest", [True, False])
def test_a_page_is_shown_and_waits_once_at_most(client, maja, tries, page, guest):
    if guest:
        client.logout()
    ensure_site()
    address = PAGES[page]()
    for _ in range(2):
        response = client.get(address)
        assert response.status_code in {200, 302}
    assert len(tries) <= 1


def test_a_history_is_shown(client, maja, tries):
    post = reply(topic(), author=maja)
    for text in ("Other words.", "Others again."):
        version = Post.objects.get(pk=post.pk).version
        assert client.post(f"/posts/{post.pk}/edit/", {"source": text, "version": version}).status_code == 302
    text = client.get(f"/posts/{post.pk}/history/").content.decode()
    assert "Other words." in text and "The steel one." in text
    assert tries == ["cache"]


def test_a_reply_is_written_and_its_push_is_not_waited_for(client, maja, tries, django_capture_on_commit_callbacks):
    found = topic()
    for text in ("One.", "Two."):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(f"/topics/{found.pk}/reply/", {"source": text}).status_code == 302
    assert list(Post.objects.filter(author=maja).order_by("number").values_list("source", flat=True)) == [
        "One.",
        "Two.",
    ]
    assert tries == ["cache"]


def test_a_vote_counts_and_is_told_of_once(client, maja, tries, monkeypatch, django_capture_on_commit_callbacks):
    announced = []
    monkeypatch.setattr("community.inbox.live.announce", lambda channel, **_kind: announced.append(channel))
    found = idea(contest())
    begin(found.contest, "voting")
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(f"/ideas/{found.pk}/do/vote/").status_code == 302
    assert Vote.objects.filter(voter=maja).count() == 1
    assert len(announced) == 1
    assert tries == ["cache"]


def test_a_push_alone_is_tried_once_and_given_up(tries, django_capture_on_commit_callbacks):
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            announce("topic:1", kind="post", sequence=2)
    assert set(tries) == {"layer"} and len(tries) <= 2  # a connection that ended may have been an old one


def test_limits_hold(client, maja, tries, monkeypatch):
    monkeypatch.setitem(LIMITS, "post", (3, 86400))
    found = topic()
    answers = [client.post(f"/topics/{found.pk}/reply/", {"source": f"Number {n}"}).status_code for n in range(5)]
    assert answers == [302] * 3 + [429] * 2
    assert tries == ["cache"]


def test_people_sign_in_and_guesses_are_limited(client, tries):
    member("maja")
    address = reverse("account_login")
    sent = {"login": "maja", "password": "correct horse"}
    assert client.post(address, sent).status_code == 302
    client.logout()
    for _ in range(5):
        assert client.post(address, {**sent, "password": "wrong"}).status_code == 422
    refused = client.post(address, sent)
    assert refused.status_code == 429 and "Too many" in refused.content.decode()
    assert client.get("/").wsgi_request.user.is_anonymous
    assert tries == ["cache"]


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """``with committed():`` what waits for the commit is done, as it is outside of tests."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_an_idea_with_a_picture_is_handed_in(client, maja, tries, committed):
    found = begin(contest(), "submission")
    sent = {"title": "A wet box", "source": "For boots.", "picture": picture()}
    with committed():
        assert client.post(f"/contests/{found.slug}/new/", sent).status_code == 302
    ours = Idea.objects.get(author=maja)
    assert ours.picture and ours.title == "A wet box"
    assert tries == ["cache"]


def test_a_picture_is_uploaded_to_a_post(client, maja, tries, committed):
    with committed():
        answer = client.post("/posts/upload/", {"picture": picture()})
    assert answer.status_code == 200 and "/media/posts/" in answer.content.decode()
    with committed():
        sent = {"source": "Look:", "picture": picture()}
        assert client.post(f"/topics/{topic().pk}/reply/", sent).status_code == 302
    assert "/media/posts/" in Post.objects.get(author=maja).html
    assert tries == ["cache"]


def test_permissions_are_given_and_taken_back(client, maja, tries, committed):
    both = ["profiling:onsite", "offers:email"]
    for shown, permitted in (([], both), (both, [])):
        with committed():
            sent = {"shown": shown, "permit": permitted, "wording": VERSION}
            assert client.post(reverse("crm:permissions"), sent).status_code in {302, 303}
        assert permits_of(maja.pk) == set(permitted)
    assert len(tries) <= 1


def test_an_account_is_erased(client, maja, tries, committed):
    reply(topic(), author=maja)
    client.force_login(maja)
    confirm(client)
    with committed():
        assert client.post(reverse("crm:erase"), {"username": "maja"}).status_code == 303
    maja.refresh_from_db()
    assert maja.erased_at is not None and maja.username != "maja"
    assert tries == ["cache"]


def test_an_audience_is_exported(client, tries, committed):
    load_words()
    ada = permit(member("ada"), "profiling:onsite", "product_news:email")
    topic(author=ada, title="Roof rack")
    drain()
    client.force_login(staff(Role.MARKETER))
    with committed():
        answer = client.post(reverse("crm:export"), {"q": "interest:roof-rack"})
    assert answer.status_code == 200
    assert "ada" in b"".join(answer).decode()
    assert len(tries) <= 2


def test_people_sign_in_with_a_second_step(client, tries):
    maja, secret = member("maja"), generate_totp_secret()
    EmailAddress.objects.create(user=maja, email=maja.email, verified=True, primary=True)
    TOTP.activate(maja, secret)
    sent = {"login": "maja", "password": "correct horse"}
    step = client.post(reverse("account_login"), sent)["Location"]
    assert step == reverse("mfa_authenticate")
    assert client.post(step, {"code": "000000"}).status_code == 422
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post(step, {"code": code})["Location"] == "/"
    assert client.post(step, {"code": code}).status_code == 302  # there is nothing left to confirm
    assert client.get("/").wsgi_request.user == maja
    assert tries == ["cache"]


def test_a_page_connects_and_hears_where_its_channel_stands(tries):
    found = topic()

    async def scene():
        line = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/")
        line.scope["user"] = AnonymousUser()
        assert (await line.connect())[0]
        await line.send_json_to({"listen": [found.channel]})
        assert await line.receive_json_from() == {"channel": found.channel, "kind": "listening", "sequence": 1}
        assert await line.receive_nothing(timeout=2.5)  # longer than a try of the hub
        await sync_to_async(announce)(found.channel, kind="post", sequence=2)
        await line.disconnect()

    async_to_sync(scene)()
    assert "layer" in tries


def test_readiness_says_so_and_the_site_stays_ready(client, tries, settings):
    settings.METRICS_FROM = ["127.0.0.1"]
    for _ in range(2):
        response = client.get("/readyz")
        assert (response.status_code, response.json()["redis"]) == (200, "away")
    assert "paddock_redis_away 1.0" in client.get("/metrics").content.decode()
    assert tries == ["cache"]


def test_without_redis_readiness_is_silent_about_it(client):
    assert "redis" not in client.get("/readyz").json()


def test_every_operation_of_the_cache_goes_on(tries):
    assert cache.add("a", 1) and not cache.add("a", 2)
    assert cache.get("a") == 1 and cache.get("b", "none") == "none"
    assert cache.incr("a") == 2 and cache.decr("a", 2) == 0
    with pytest.raises(ValueError):
        cache.incr("b")
    cache.set("b", "text", timeout=60)
    assert cache.set_many({"c": 3, "d": 4}) == []
    assert cache.get_many(["a", "b", "c", "e"]) == {"a": 0, "b": "text", "c": 3}
    assert cache.get_or_set("e", lambda: 5) == 5 and "e" in cache
    assert cache.touch("e") and not cache.touch("f")
    assert cache.delete("e") and not cache.delete("e")
    cache.delete_many(["c", "d"])
    assert not cache.has_key("c")
    cache.clear()
    assert cache.get("a") is None
    assert tries == ["cache"]
