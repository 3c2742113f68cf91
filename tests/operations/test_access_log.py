"""Nobody's searches and addresses in a log: every way we start or advise to start the web process has no access log."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import yaml

from community.kernel.management.commands.start import Command

ROOT = Path(__file__).parents[2]
DAPHNE = re.compile(r"^.*-m daphne.*$", re.MULTILINE)


def image():
    return json.loads((ROOT / "Dockerfile").read_text().rpartition("\nCMD ")[2])


def unit():
    lines = DAPHNE.findall((ROOT / "docs" / "operations.md").read_text())
    assert len(lines) == 1
    return shlex.split(lines[0])


def start():
    return dict(Command()._commands("127.0.0.1", 8000))["web"]


def address(command, host, port):
    """The command, listening there."""
    words = list(command)
    words[words.index("-b") + 1], words[words.index("-p") + 1] = host, str(port)
    return [sys.executable, *words[1:]]


def test_what_is_asked_for_is_in_no_log(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, *others = [address(way(), "127.0.0.1", port) for way in (image, unit, start)]
    assert others == [command, command]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "community.settings.dev", "PADDOCK_HOME": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            assert ask(process, f"http://127.0.0.1:{port}/healthz?q=roof-rack") == 200
        finally:
            process.terminate()
            process.wait(timeout=20)
    written = (tmp_path / "log").read_text()
    assert "roof-rack" not in written
    assert "127.0.0.1" not in written


def ask(process, url):
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.status
        except OSError:
            time.sleep(0.2)
    return None


def test_compose_starts_the_web_process_as_the_image_does():
    assert "command" not in yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["web"]


def test_no_advice_turns_an_access_log_on():
    for path in (*ROOT.glob("docs/*.md"), ROOT / "compose.yaml", ROOT / "Dockerfile", ROOT / "README.md"):
        assert not re.search(r"--access-log\b", path.read_text()), path
