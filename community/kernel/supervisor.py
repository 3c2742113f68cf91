"""Runs the processes of a small installation side by side and stops them together."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from types import FrameType

STOP_SECONDS = 15
POLL_SECONDS = 0.2


class PortTaken(RuntimeError):
    """Nobody can listen on the port, or somebody does already."""


@dataclass
class Supervisor:
    """Starts named commands, waits, and ends all of them when one ends or a signal comes."""

    commands: Sequence[tuple[str, list[str]]]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def start(self) -> None:
        """Start every command; from now on SIGINT, SIGTERM and SIGHUP stop them all."""
        signal.signal(signal.SIGINT, self._stop_soon)
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGHUP, self._stop_soon)  # the terminal was closed
        for name, command in self.commands:
            # A session of its own: Ctrl-C reaches this process alone, which then stops them in order.
            bound = [*_until_this_ends(), *command]
            self.running[name] = subprocess.Popen(bound, start_new_session=True)  # noqa: S603 - our own commands

    def wait(self) -> int:
        """Return when asked to stop (0) or when a process ended by itself (1); all are stopped then."""
        code = 0
        while not self.stopping:
            ended = [name for name, process in self.running.items() if process.poll() is not None]
            if ended:
                sys.stderr.write(f"{', '.join(ended)} ended unexpectedly; stopping the others.\n")
                code = 1
                break
            time.sleep(POLL_SECONDS)
        self._stop()
        return code

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@cache
def _until_this_ends() -> tuple[str, ...]:
    """What has Linux send a command SIGTERM when this process is gone, killed as it may be; nothing elsewhere.

    Nor where setpriv does not know how: util-linux before 2.33 and BusyBox would end with an error.
    """
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return ()
    bound = (setpriv, "--pdeathsig", "TERM")
    tried = subprocess.run([*bound, "true"], check=False, capture_output=True)  # noqa: S603 - a harmless probe
    return bound if tried.returncode == 0 else ()


def require_free(host: str, port: int) -> None:
    """Raise PortTaken where a server cannot listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise PortTaken(f"Only root may listen on {host}:{port}") from error
        except OSError as error:
            raise PortTaken(f"{host}:{port} is in use") from error
        except OverflowError as error:
            raise PortTaken(f"{port} is no port: they end at 65535") from error


def wait_until_open(host: str, port: int, *, supervisor: Supervisor, seconds: float = 60) -> bool:
    """Whether the server answered in time; False as soon as a process has ended or a stop was asked for."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not supervisor.stopping:
        if any(process.poll() is not None for process in supervisor.running.values()):
            return False
        try:
            with socket.create_connection((host, port), timeout=1):
                return True
        except OSError:
            time.sleep(POLL_SECONDS)
    return False
