"""PostgreSQL crashes under a running installation and comes back."""

import asyncio
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
import websockets
from django.conf import settings as django_settings
from django_tasks_db.models import DBTaskResult

from community.inbox.consumers import ANEW
from community.kernel.api import now
from forums.api import write_post
from tests.clusters import Cluster
from tests.forums.places import topic
from tests.people import member

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
UNDONE = f"SELECT status, traceback FROM {DBTaskResult._meta.db_table} WHERE status <> 'SUCCESSFUL'"
STORAGE = ["django.core.files.storage.FileSystemStorage", [], {}]
TOKEN = "t" * 32
PROBES = ("/healthz", "/readyz")


@pytest.fixture
def cluster():
    found = Cluster()
    yield found
    found.remove()


class Site:
    """The processes of an installation, as ``manage.py start`` runs them."""

    def __init__(self, cluster, home, session):
        self.cluster, self.home, self.session = cluster, home, session
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "community.settings.dev",
            "PADDOCK_SECRET_KEY": django_settings.SECRET_KEY,
            "PADDOCK_HOME": str(home),
            "DATABASE_URL": cluster.url,
            "REDIS_URL": "",
            "ELASTICSEARCH_URL": "",
        }
        with (home / "log").open("wb") as log:
            command = [sys.executable, "manage.py", "start", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def ask(self, path, form=None, language="en"):
        """The status and the text of a page."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Accept-Language": language}
        if path not in PROBES:
            headers["Cookie"] = f"csrftoken={TOKEN}; sessionid={self.session}"
        try:
            if form is None:
                line.request("GET", path, headers=headers)
            else:
                body = urlencode({**form, "csrfmiddlewaretoken": TOKEN})
                line.request("POST", path, body, {**headers, "Content-Type": "application/x-www-form-urlencoded"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def ready(self):
        """Up, and all facts are delivered."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.home / "log").read_text()[-3000:]
            try:
                status, text = self.ask("/readyz")
            except OSError:
                status = 0
            if status == 200 and json.loads(text)["outbox"]["depth"] == 0:
                return True
            time.sleep(0.1)
        return False

    def rows(self, question, *values):
        with psycopg.connect(self.cluster.url) as line:
            return line.execute(question, values).fetchall()


@pytest.fixture
def found(client):
    """A topic of maja's that otto writes in, and one task for now and one for in a while."""
    maja, otto = member("maja"), member("otto")
    client.force_login(otto)
    for run_after in (now(), now() + timedelta(seconds=8)):
        DBTaskResult.objects.create(
            args_kwargs={"args": [STORAGE, "images/gone.webp"], "kwargs": {}},
            task_path="wagtail.tasks.delete_file_from_storage_task",
            backend_name="default",
            run_after=run_after,
        )
    place = topic(author=maja)
    write_post(author=otto, topic=place, source="Before.", now=now())
    return place


@pytest.fixture
def site(cluster, found, client, tmp_path):
    cluster.copy_the_tests_database()
    running = Site(cluster, tmp_path, client.cookies["sessionid"].value)
    yield running
    running.process.kill()
    running.process.wait()


class Writer(threading.Thread):
    """Sends replies one after the other; remembers what each was answered."""

    def __init__(self, site, place):
        super().__init__()
        self.site, self.place, self.answers, self.over = site, place, {}, False

    def run(self):
        while not self.over:
            text = f"Reply {secrets.token_hex(4)}"
            began = time.monotonic()
            status, _text = self.site.ask(f"/topics/{self.place.pk}/reply/", {"source": text})
            self.answers[text] = status, time.monotonic() - began
            time.sleep(1 if status == 302 else 0.2)  # fewer than the limit of posts a minute


async def listening(site, channel):
    line = await websockets.connect(f"ws://127.0.0.1:{site.port}/ws/", origin=f"http://127.0.0.1:{site.port}")
    await line.send(json.dumps({"listen": [channel]}))
    return line, json.loads(await asyncio.wait_for(line.recv(), 10))


async def closed(line):
    """The code a socket is closed with."""
    try:
        while True:
            await asyncio.wait_for(line.recv(), 15)
    except websockets.ConnectionClosed:
        return line.close_code


@pytest.mark.long
def test_after_a_crash_nothing_is_lost_or_doubled(site, found, cluster):
    assert site.ready()
    writer = Writer(site, found)

    async def scene():
        line, _state = await listening(site, found.channel)
        writer.start()
        await asyncio.sleep(1.5)
        await asyncio.to_thread(cluster.stop, "immediate")
        assert (await asyncio.to_thread(site.ask, "/healthz"))[0] == 200
        for language, words in (("en", "Back in a moment"), ("zh-CN", 'lang="zh-Hans"')):
            began = time.monotonic()
            status, text = await asyncio.to_thread(site.ask, "/boards/", None, language)
            assert (status, words in text, time.monotonic() - began < 8) == (503, True, True)
        status, text = await asyncio.to_thread(site.ask, "/readyz")
        assert (status, json.loads(text)) == (503, {"database": "away"})
        await asyncio.to_thread(cluster.start)
        assert await closed(line) == ANEW  # the page connects anew, and is told where it stands
        await asyncio.sleep(1)
        writer.over = True
        await asyncio.to_thread(writer.join)
        assert await asyncio.to_thread(site.ready)
        line, state = await listening(site, found.channel)
        await line.close()
        return state["sequence"]

    sequence = asyncio.run(scene())
    kept = [source for (source,) in site.rows("SELECT source FROM forums_post WHERE number > 2 ORDER BY number")]
    said = {text for text, (status, _seconds) in writer.answers.items() if status == 302}
    unsaid = {text for text, (status, _seconds) in writer.answers.items() if status == 503}
    assert {status for status, _seconds in writer.answers.values()} == {302, 503}
    assert len(kept) == len(set(kept)) and said <= set(kept) <= said | unsaid
    assert list(writer.answers)[-1] in said
    assert sequence == len(kept) + 2
    assert site.rows("SELECT DISTINCT state, attempts FROM community_kernel_outboxevent") == [("handled", 0)]
    assert site.rows("SELECT count FROM community_inbox_notification") == [(len(kept) + 1,)]
    until = time.monotonic() + 10
    while tasks := site.rows(UNDONE):
        assert time.monotonic() < until, tasks
        time.sleep(0.2)
    assert site.stop() == 0
    log = (site.home / "log").read_text()
    assert "the database is back" in log and "ended unexpectedly" not in log
