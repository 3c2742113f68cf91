"""A running site and a browser: ``server``, ``visit``, ``page``, ``sign_in``, ``looked``."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from scripts.chromium import chromium
from tests.browser.axe import LOADED, found_by_axe
from tests.browser.people import PASSWORD, PEOPLE, speaker

ROOT = Path(__file__).parents[2]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


# By day on a desktop, and at night on a phone.
DAY, NIGHT = ("light", 1280), ("dark", 390)


@dataclass
class Server:
    """The site: its address, its folder and where the seeded things are."""

    url: str
    home: Path
    environment: dict[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> str:
        """What a Python program prints that runs on this site's data."""
        command = [sys.executable, *words]
        done = subprocess.run(command, check=False, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def mail_to(self, address: str) -> str:
        """The latest letter to somebody, waited for a moment."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            letters = sorted(self.home.glob("mail/*"), key=lambda path: path.stat().st_mtime, reverse=True)
            found = next((text for text in map(Path.read_text, letters) if f"To: {address}" in text), None)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no letter to {address}")

    def code_for(self, address: str) -> str:
        """The code in the latest letter to somebody."""
        return re.search(r"^[A-Z0-9-]{6,}$", self.mail_to(address), re.MULTILINE)[0]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Web process and relay on a free port, with their own folder; stopped at the end."""
    if not chromium():
        pytest.skip("needs Chromium")
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = Server(f"http://127.0.0.1:{port}", home, _environment(home, port))
    site.places = json.loads(site.run("-m", "tests.browser.seed").splitlines()[-1])
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "start", "--port", str(port)],
            env=site.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(site, process)
            yield site
        finally:
            process.terminate()
            process.wait(timeout=20)
    assert "Traceback" not in (home / "server.log").read_text(), (home / "server.log").read_text()[-4000:]


def _environment(home: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "PADDOCK_HOME": str(home),
        "PADDOCK_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    return kept | own


def _wait_for(site: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{site.url}/readyz", timeout=2) as answer:
                state = json.load(answer)
            if state["outbox"]["depth"] == 0:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError((site.home / "server.log").read_text()[-4000:])


@pytest.fixture(scope="session")
def launched(server):
    """One Chromium for all tests, and the event loop of Playwright."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield made, loop
        asyncio._set_running_loop(loop)
        made.close()


@pytest.fixture
def browser(launched):
    """The browser. The loop is marked as running in these tests alone: where one runs, Django asks no database."""
    made, loop = launched
    asyncio._set_running_loop(loop)
    yield made
    asyncio._set_running_loop(None)


@pytest.fixture
def visit(browser, server):
    """Makes pages, each of a visitor of their own; afterwards asserts that no script failed and no dialog opened."""
    contexts, faults = [], []

    def new(*, language="en", theme="light", width=1280, height=900, javascript=True, bypass_csp=False):
        context = browser.new_context(
            base_url=server.url,
            locale="zh-CN" if language == "zh-hans" else "en-GB",
            color_scheme=theme,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            bypass_csp=bypass_csp,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        made = context.new_page()
        made.on("pageerror", lambda error: faults.append(f"{made.url}: {error}"))
        made.on("dialog", lambda dialog: (faults.append(f"{made.url}: dialog {dialog.message}"), dialog.dismiss()))
        return made

    yield new
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(visit):
    """The page of one visitor."""
    return visit()


@pytest.fixture(scope="session")
def cookies():
    """What the browser holds of each person who has signed in."""
    return {}


@pytest.fixture
def sign_in(cookies):
    """``sign_in(page, "maja")``: through the form, as a person does, and from then on with what the browser held after.

    ``anew=True`` goes through the form in any case: for whoever signs out, which ends what the others hold.
    """

    def act(page, username, *, anew=False):
        if username in cookies and not anew:
            page.context.add_cookies(cookies[username])
            return
        page.goto("/account/login/")
        page.fill("#id_login", PEOPLE[username].username)
        page.fill("#id_password", PASSWORD)
        page.click("main form button[type=submit]:not([form])")
        page.wait_for_url(lambda url: "/account/" not in url)
        if not anew:
            cookies[username] = page.context.cookies()

    return act


@pytest.fixture
def looked(visit, sign_in):
    """Opens a page for somebody, and takes down what axe finds in it at each look; in the end that is nothing.

    One page is looked at on a desktop by day in English and on a phone at night in Chinese, the next one the other way
    round: the languages differ in words, themes and screens in how they are drawn. Colours are looked at by day and at
    night in English, and in Chinese once: that none depends on the language is a test of the style sheets.
    """
    found = {}

    def new(language, who=""):
        looks = [DAY, NIGHT] if language == "en" else [NIGHT, DAY]
        page = visit(language=language, theme=looks[0][0], width=looks[0][1])
        page.add_init_script(LOADED)
        if who:
            sign_in(page, speaker(who, language))

        def look(where):
            assert page.locator("html").get_attribute("lang") == {"en": "en", "zh-hans": "zh-Hans"}[language]
            found[where, *looks[0]] = found_by_axe(page, looks[0][0], both=language == "en")
            looks.reverse()
            page.emulate_media(color_scheme=looks[0][0])
            page.set_viewport_size({"width": looks[0][1], "height": 900})

        return page, look

    yield new
    assert {where: lines for where, lines in found.items() if lines} == {}
