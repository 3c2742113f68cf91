"""What ``manage.py start`` says, also to a program that reads it."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.serverless

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path):
    """An installation of its own, with its tables."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_URL") and key != "PYTHONUNBUFFERED"}
    own = {"DJANGO_SETTINGS_MODULE": "tests.browser.settings", "PADDOCK_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(command, check=True, cwd=ROOT, env=kept | own)
    return kept | own


def read(pipe, *, until, seconds=60):
    """What arrives through a pipe until a text is there."""
    text, deadline = "", time.monotonic() + seconds
    while until not in text and select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
        arrived = os.read(pipe.fileno(), 4096)
        if not arrived:
            break
        text += arrived.decode()
    return text


def of_installation(home):
    """The commands of all processes that have the installation's folder as a setting."""
    setting, found = f"PADDOCK_HOME={home}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if setting in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().decode().split("\0"))
    return found


def ends(those, seconds=20):
    """Whether all of them have ended in time."""
    deadline = time.monotonic() + seconds
    while those() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not those()


def test_a_pipe_is_told_the_address_as_soon_as_it_runs_and_all_goes_with_what_started_it(environment):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        try:
            told = read(process.stdout, until="Ctrl-C stops it.")
            running = process.poll() is None
            begun = of_installation(environment["PADDOCK_HOME"])
            process.kill()
            gone = ends(lambda: of_installation(environment["PADDOCK_HOME"]))
        finally:
            process.terminate()
    assert f"Paddock is running: http://127.0.0.1:{port}/" in told
    assert f"codes for joining and signing in, is written to {environment['PADDOCK_HOME']}/mail." in told
    assert running
    assert all(any(name in command for command in begun) for name in ("daphne", "relay", "worker"))
    assert gone
