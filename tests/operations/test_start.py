"""What ``manage.py start`` says, also to a program that reads it."""

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


def test_a_pipe_is_told_the_address_as_soon_as_it_runs(environment):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        try:
            told = read(process.stdout, until="Ctrl-C stops it.")
            running = process.poll() is None
        finally:
            process.terminate()
    assert f"Paddock is running: http://127.0.0.1:{port}/" in told
    assert f"codes for joining and signing in, is written to {environment['PADDOCK_HOME']}/mail." in told
    assert running
