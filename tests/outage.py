"""A door in front of a server that can be shut: refusing like a stopped process, or silent like a frozen one."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Door:
    """Passes connections on to a server; ``refuse()``, ``freeze()`` and ``open()`` at any moment."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.frozen = False
        self.sockets: list[socket.socket] = []
        self.listener: socket.socket | None = None
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Let everything through. What is connected through an open door stays so."""
        if self.frozen:
            self._drop()
        self.frozen = False
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def freeze(self) -> None:
        """Accept, and never answer."""
        self.frozen = True

    def refuse(self) -> None:
        """Break what is connected and refuse what comes."""
        listener, self.listener = self.listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._drop()

    def _drop(self) -> None:
        while self.sockets:
            with contextlib.suppress(OSError):
                self.sockets[-1].shutdown(socket.SHUT_RDWR)
            self.sockets.pop().close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(self.target)
                self.sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=[source, sink], daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.frozen:
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
