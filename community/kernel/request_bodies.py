"""How much of a request Daphne takes in. Django alone takes it apart, in a thread of its own."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from daphne import http_protocol
from django.conf import settings

LINGER_SECONDS = 30  # for the rest of what was refused; who is still sending then is hung up on


class BoundedRequest(http_protocol.WebRequest):
    """A request with a body of at most ``REQUEST_BODY_BYTES``; a longer one is answered while it arrives.

    Django is asked at once, with the length as it is known and an empty body, and refuses it in the reader's language.
    What goes on arriving is thrown away: a browser that is cut off while it sends shows no answer.
    Twisted's own reading of forms is off. It held the event loop for seconds, and nobody reads what it finds.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
        self._taken = 0
        self._is_too_long = False
        self._has_arrived = False
        self._is_answered = False
        self._hanging_up: Any = None

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name, as those below
        """The headers are here; the length in bytes, None where it comes in chunks."""
        if length is not None and length > settings.REQUEST_BODY_BYTES:
            self._refuse()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """A piece of the body is here."""
        self._taken += len(data)
        if self._is_too_long:
            return
        if self._taken > settings.REQUEST_BODY_BYTES:
            self.content.close()
            self.requestHeaders.setRawHeaders(b"Content-Length", [b"%d" % self._taken])
            self._refuse()
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """All of it is here."""
        self._has_arrived = True
        if not self._is_too_long:
            super().requestReceived(command, path, version)
        elif self._is_answered:
            self.finish()

    def finish(self) -> None:
        """The answer is written. The connection stays a moment for what is still being sent."""
        if self._is_too_long and not self._has_arrived:
            self._is_answered = True
            self._hanging_up = self.channel.callLater(LINGER_SECONDS, self.channel.loseConnection)
        else:
            self._forget_timer()
            super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        """The other side has gone, or was hung up on."""
        self._forget_timer()
        super().connectionLost(reason)

    def _refuse(self) -> None:
        self._is_too_long = True
        self.content = BytesIO()
        self.channel.persistent = False
        self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        for asked in (b"Expect", b"Upgrade"):  # neither for the rest of it nor for a WebSocket
            self.requestHeaders.removeHeader(asked)
        super().requestReceived(self.channel._command, self.channel._path, self.channel._version)  # noqa: SLF001

    def _forget_timer(self) -> None:
        if self._hanging_up and self._hanging_up.active():
            self._hanging_up.cancel()


def bound_request_bodies() -> None:
    """Have Daphne use these requests, however it was started: it has no setting for their class."""
    http_protocol.WebRequest = BoundedRequest
