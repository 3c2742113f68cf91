"""Live fan-out: how long after a post commits the last of so many signed-in people hears of it, and holds it.

A web server (Daphne) of its own, one process; every person has an account, a session and a WebSocket of their own, and
listens to the topic that is written in. Messages come through the Redis of REDIS_URL, or the table without it. With
``--fetch`` everybody then asks for the new post, as browsers do: at moments spread over a third of a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tools

tools.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from facts import members
from websockets.asyncio.client import ClientConnection, connect

from community.kernel.api import now
from community.members.models import Member
from forums.api import ensure_board, open_topic, write_post
from forums.models import Topic

SPREAD_SECONDS = 0.3
PATIENCE = 30.0


@dataclass
class Person:
    """Somebody at a page: their cookie, their socket, when they heard and held what."""

    cookie: str
    socket: ClientConnection | None = None
    heard: dict[int, float] = field(default_factory=dict)
    held: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """Where the server is and what is read there."""

    port: int
    topic: Topic
    author: Member
    fetch: bool


def signed_in(member: Member) -> str:
    """A session's cookie."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


async def listen(person: Person, site: Site) -> None:
    """Hear everything, and ask for it."""
    assert person.socket
    async for text in person.socket:
        message = json.loads(text)
        sequence = message["sequence"]
        person.heard[sequence] = time.perf_counter()
        if site.fetch and message["kind"] == "post":
            await asyncio.sleep(random.uniform(0, SPREAD_SECONDS))
            await asyncio.to_thread(_get, person, site, sequence)


def _get(person: Person, site: Site, sequence: int) -> None:
    address = f"http://127.0.0.1:{site.port}/topics/{site.topic.pk}/since/?after={sequence - 1}"
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": person.cookie})) as answer:
        page = answer.read().decode()
    assert f'data-live-sequence="{sequence}"' in page
    person.held[sequence] = time.perf_counter()


async def measure(people: list[Person], site: Site, posts: int) -> list[dict[str, list[float]]]:
    """For every post, how long each person took to hear and to hold it, in milliseconds."""
    origin = f"http://127.0.0.1:{site.port}"
    for person in people:
        person.socket = await connect(
            f"ws://127.0.0.1:{site.port}/ws/", origin=origin, additional_headers={"Cookie": person.cookie}
        )
        await person.socket.send(json.dumps({"listen": [site.topic.channel]}))
    tasks = [asyncio.create_task(listen(person, site)) for person in people]
    await _until(lambda: all(person.heard for person in people))
    found = []
    for number in range(posts):
        await asyncio.sleep(random.uniform(0.5, 1.0))
        post = await asyncio.to_thread(_write, site, number)
        sequence, start = post
        await _until(lambda sequence=sequence: all(sequence in person.heard for person in people))
        if site.fetch:
            await _until(lambda sequence=sequence: all(sequence in person.held for person in people))
        found.append(
            {
                "heard": [(person.heard[sequence] - start) * 1000 for person in people],
                "held": [(person.held[sequence] - start) * 1000 for person in people if site.fetch],
            }
        )
    for task in tasks:
        task.cancel()
    for person in people:
        assert person.socket
        await person.socket.close()
    return found


async def _until(done: Callable[[], bool]) -> None:
    until = time.perf_counter() + PATIENCE
    while not done():
        if time.perf_counter() > until:
            raise SystemExit("not everybody heard in time")
        await asyncio.sleep(0.002)


def _write(site: Site, number: int) -> tuple[int, float]:
    """A reply; its number in the topic's changes, and when it was committed."""
    site.topic.refresh_from_db()
    write_post(author=site.author, topic=site.topic, source=f"Reply {number}", now=now())
    start = time.perf_counter()
    site.topic.refresh_from_db()
    connection.close()
    return site.topic.sequence, start


def main() -> None:
    """Start a server, connect everybody, write, print."""
    options = tools.parser(__doc__ or "")
    options.add_argument("--people", type=int, default=250)
    options.add_argument("--posts", type=int, default=20)
    options.add_argument("--fetch", action="store_true")
    chosen = options.parse_args()
    with tools.database() as vendor:
        ids = members(chosen.people + 1)
        everybody = list(Member.objects.filter(pk__in=ids).order_by("pk"))
        board = ensure_board(slug="bench", title_en="Bench", title_zh="测试", readers="member")
        topic = open_topic(author=everybody[0], board=board, title="Live", source="Who is here?", now=now())
        people = [Person(signed_in(member)) for member in everybody[1:]]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "daphne",
                "-v",
                "0",
                "-b",
                "127.0.0.1",
                "-p",
                str(port),
                "community.asgi:application",
            ],
            cwd=tools.ROOT,
            env={**os.environ, **tools.same_database()},
        )
        try:
            _wait_for(port)
            site = Site(port, topic, everybody[0], chosen.fetch)
            found = asyncio.run(measure(people, site, chosen.posts))
        finally:
            server.terminate()
            server.wait(timeout=30)
        through = "Redis" if settings.REDIS_URL else "the table"
        print(f"{chosen.people} people, {chosen.posts} posts, {vendor}, through {through} ({tools.machine()}); ms")
        rows = [
            (what, tools.percentile(every, 0.5), tools.percentile(every, 0.99), max(every))
            for what in ("heard", "held")
            if (every := [value for post in found for value in post[what]])
        ]
        tools.table(("after the commit", "p50", "p99", "slowest"), rows)
        connection.close()


def _wait_for(port: int) -> None:
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
