"""Who may open a WebSocket: pages of this site."""

from __future__ import annotations

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

KEYS = (b"origin", b"host")


class OwnPages:
    """Lets only our own pages in: a browser says in Origin whose page asks, and sends our cookie for anybody's.

    As with forms, the port counts: what else runs on this host is another site.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on or refuse."""
        application = self.application if is_own(scope["headers"]) else WebsocketDenier()
        await application(scope, receive, send)


def is_own(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the page that asks is of the host that is asked, and that host is ours."""
    origins, hosts = ([value.decode("latin1").lower() for name, value in headers if name == key] for key in KEYS)
    if len(origins) != 1 or len(hosts) != 1:
        return False
    scheme, _, place = origins[0].partition("://")
    domain, _port = split_domain_port(hosts[0])
    ours = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    return ours and scheme in {"http", "https"} and place == hosts[0]
