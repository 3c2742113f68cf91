import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from community.kernel.supervisor import PortTaken, Supervisor, require_free

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def kept_signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_one_that_ends_stops_the_others():
    supervisor = Supervisor([("a", SLEEPER), ("b", [sys.executable, "-c", "pass"])])
    supervisor.start()
    assert supervisor.wait() == 1
    assert all(process.poll() is not None for process in supervisor.running.values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_is_no_failure(number):
    supervisor = Supervisor([("a", SLEEPER), ("b", SLEEPER)])
    supervisor.start()
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
    assert supervisor.wait() == 0
    assert all(process.returncode == -signal.SIGTERM for process in supervisor.running.values())


def test_one_that_ignores_the_request_is_killed(monkeypatch):
    monkeypatch.setattr("community.kernel.supervisor.STOP_SECONDS", 0.5)
    stubborn = [
        sys.executable,
        "-c",
        "import signal,time; signal.signal(15, signal.SIG_IGN); print('x', flush=True); time.sleep(60)",
    ]
    supervisor = Supervisor([("a", stubborn)])
    supervisor.start()
    time.sleep(0.5)
    supervisor.stopping = True
    assert supervisor.wait() == 0
    assert supervisor.running["a"].returncode == -signal.SIGKILL


STARTED = """
import sys
from community.kernel.supervisor import Supervisor
sleeper = "import os, time; print(str(os.getpid()) + chr(10), end='', flush=True); time.sleep(60)"  # in one piece
supervisor = Supervisor([(name, [sys.executable, "-c", sleeper]) for name in "ab"])
supervisor.start()
supervisor.wait()
"""


@pytest.mark.parametrize("setpriv", ["as it is", "too old", "none"])
def test_none_outlives_the_supervisor_however_it_ends(setpriv, monkeypatch, tmp_path):
    """The control: where nothing binds them to it, as off Linux or by BusyBox, all run, and go on."""
    bound = setpriv == "as it is"
    if not bound:
        monkeypatch.setenv("PATH", str(tmp_path))
    if setpriv == "too old":
        (tmp_path / "setpriv").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "setpriv").chmod(0o755)
    with subprocess.Popen([sys.executable, "-c", STARTED], stdout=subprocess.PIPE) as process:
        running = [int(process.stdout.readline()) for _ in "ab"]
        process.kill()
    try:
        until = time.monotonic() + (10 if bound else 1)
        while any(map(is_running, running)) and time.monotonic() < until:
            time.sleep(0.05)
        assert [is_running(number) for number in running] == [not bound] * 2
    finally:
        for number in filter(is_running, running):
            os.kill(number, signal.SIGKILL)


def is_running(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken, match="in use"):
            require_free("127.0.0.1", taken.getsockname()[1])


def test_a_port_for_root_alone_is_not_said_to_be_taken(monkeypatch):
    monkeypatch.setattr(socket.socket, "bind", Mock(side_effect=PermissionError))
    with pytest.raises(PortTaken, match="Only root"):
        require_free("127.0.0.1", 80)
