"""HTTP and WebSockets under ASGI."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

from community.settings.env import keep_private

keep_private()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings.dev")

http = get_asgi_application()  # before anything that needs the apps

from community.inbox.gate import OwnPages  # noqa: E402 - needs the apps
from community.inbox.routing import websocket_urlpatterns  # noqa: E402 - needs the apps
from community.kernel.garbage import collect_seldom  # noqa: E402 - as above
from community.kernel.request_bodies import bound_request_bodies  # noqa: E402 - as above

application = ProtocolTypeRouter(
    {"http": http, "websocket": OwnPages(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))}
)
bound_request_bodies()
collect_seldom()
