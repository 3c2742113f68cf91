"""What the web process takes in, on a real Daphne: nobody's body fills its memory, holds it up or goes unanswered."""

import os
import re
import select
import socket
import struct
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.serverless

ROOT = Path(__file__).parents[2]
LIMIT = settings.REQUEST_BODY_BYTES
IMPATIENT = """
import sys
import daphne.server
from daphne.cli import CommandLineInterface
from twisted.logger import globalLogPublisher, textFileLogObserver
from community.kernel import request_bodies
request_bodies.LINGER_SECONDS = 3
globalLogPublisher.addObserver(textFileLogObserver(sys.stderr))  # which Daphne keeps to itself
CommandLineInterface.entrypoint()
"""
MEGABYTE = b"x" * 2**20
FORM = "multipart/form-data; boundary=b"
GROWTH = 60  # MB that a body of the limit, in all its copies, and a page may take


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """The process and its port."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    own = {"DJANGO_SETTINGS_MODULE": "tests.browser.settings", "PADDOCK_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", IMPATIENT, "--verbosity", "0", "-b", "127.0.0.1", "-p", str(port)]
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(
            [*command, "community.asgi:application"], cwd=ROOT, env=kept | own, stdout=log, stderr=log
        ) as process,
    ):
        try:
            until = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < until and not is_well(port):
                time.sleep(0.2)
            yield process, port
            time.sleep(3)  # Daphne looks each second which requests have ended, and one that never does breaks its end
        finally:
            process.terminate()
    assert "Traceback" not in (home / "log").read_text(), (home / "log").read_text()[-4000:]


def is_well(port):
    try:
        return ask(port, "GET", "/healthz").status == 200
    except OSError:
        return False


def ask(port, method, path, body=None, headers=None, **more):
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, headers or {}, **more)
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def peak(process):
    """The most memory it ever had, MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024


@contextmanager
def opened(port, *lines):
    """A connection that has sent some headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join((*lines, "Host: 127.0.0.1", "", "")).encode())
        yield connection


def answered(connection):
    """Status and text of the answer."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read().decode()


def everything(connection):
    """What comes until the other side closes the connection."""
    came = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(2**16):
            came += piece
    return came


def megabytes(count):
    for _ in range(count):
        yield MEGABYTE


def send(connection, pieces, *, pause):
    for piece in pieces:
        connection.sendall(piece)
        time.sleep(pause)


def test_a_hundred_megabytes_are_refused_in_the_readers_language_and_kept_nowhere(web):
    process, port = web
    ask(port, "POST", "/search/", b"x", {"Content-Type": FORM})
    before = peak(process)
    headers = {"Content-Type": FORM, "Content-Length": str(100 * 2**20), "Accept-Language": "zh-hans"}
    for body, more in (megabytes(100), {}), (megabytes(100), {"encode_chunked": True}):
        if more:
            headers = headers | {"Transfer-Encoding": "chunked"}
            del headers["Content-Length"]
        answer = ask(port, "POST", "/search/", body, headers, **more)
        assert (answer.status, answer.headers["Connection"]) == (413, "close")
        assert 'lang="zh-hans"' in answer.text.lower()
        assert is_well(port)
    assert peak(process) - before < GROWTH


def test_a_body_of_the_limit_comes_to_django_whole_and_one_byte_more_does_not(web):
    _process, port = web
    head = b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
    for more, status in (0, 403), (1, 413):
        body = head + b"x" * (LIMIT + more - len(head) - 9) + b"\r\n--b--\r\n"
        assert ask(port, "POST", "/account/login/", body, {"Content-Type": FORM}).status == status, more


def test_a_form_is_taken_apart_by_django_alone(web):
    """Twisted answers such a body by itself, without a page."""
    _process, port = web
    answer = ask(port, "POST", "/account/login/", b"nonsense", {"Content-Type": FORM})
    assert answer.status in (400, 403)
    assert answer.text.startswith("<!doctype html>")


def test_who_asks_before_sending_is_told_no(web):
    _process, port = web
    for length in 100 * 2**20, 10**13:
        lines = f"POST /search/ HTTP/1.1\r\nContent-Length: {length}", "Expect: 100-continue"
        with opened(port, *lines) as connection:
            status, text = answered(connection)
        assert (status, text.startswith("<!doctype html>")) == (413, True)


def test_a_websocket_has_no_body(web):
    _process, port = web
    lines = "GET /ws/ HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", f"Content-Length: {10**9}"
    with opened(port, *lines) as connection:
        assert answered(connection)[0] == 413


def test_who_never_stops_sending_is_hung_up_on(web):
    _process, port = web
    with opened(port, "POST / HTTP/1.1", f"Content-Length: {10**13}") as connection:
        assert answered(connection)[0] == 413
        with pytest.raises(OSError, match=r"reset|pipe"):
            send(connection, megabytes(300), pause=0.1)


LONG = "Content-Length: 100000000"
CHUNKED = "Transfer-Encoding: chunked"
CHUNK = b"100000\r\n" + MEGABYTE + b"\r\n"


@pytest.mark.parametrize("abruptly", [False, True])
@pytest.mark.parametrize("answer", ["not waited for", "not read"])
@pytest.mark.parametrize(("length", "pieces"), [(LONG, 0), (LONG, 1), (CHUNKED, 21)])
def test_who_hangs_up_on_a_refusal_troubles_nobody(web, length, pieces, answer, abruptly):
    """That nothing goes wrong and no request is kept is seen once the process has ended."""
    _process, port = web
    for _ in range(5):
        with opened(port, "POST /search/ HTTP/1.1", length) as connection:
            for _ in range(pieces):
                connection.sendall(CHUNK)
            if answer == "not read":
                assert select.select([connection], [], [], 20)[0]
            if abruptly:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert is_well(port)


SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize("length", [f"Content-Length: {LIMIT + 50}", CHUNKED])
@pytest.mark.parametrize("answer", ["waited for", "not waited for"])
def test_nothing_in_or_behind_a_refused_body_is_a_request(web, length, answer):
    _process, port = web
    body = (SMUGGLED * (LIMIT // len(SMUGGLED) + 2))[: LIMIT + 50]
    if length == CHUNKED:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    with opened(port, "POST /search/ HTTP/1.1", length) as connection:
        connection.sendall(body[:-9])
        if answer == "waited for":
            assert select.select([connection], [], [], 20)[0]
        connection.sendall(body[-9:] + SMUGGLED)
        assert re.findall(rb"HTTP/1\.1 (\d+)", everything(connection)) == [b"413"]
    with opened(port, "POST /search/ HTTP/1.1", "Content-Length: 1") as connection:  # the control: a body that is taken
        connection.sendall(b"x" + SMUGGLED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert re.findall(rb"HTTP/1\.1 (\d+)", everything(connection))[1:] == [b"200"]


def test_headers_of_ten_megabytes_are_refused(web):
    process, port = web
    before = peak(process)
    for name in "Cookie", "X-Long":
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{name}: ".encode())
            with pytest.raises(OSError, match=r"reset|pipe"):
                send(connection, megabytes(10), pause=0.01)
        assert is_well(port)
    assert peak(process) - before < GROWTH
