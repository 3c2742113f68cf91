"""The WebSocket's address."""

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from community.inbox.consumers import LiveConsumer

# Whoever knocks elsewhere is refused; without the last line each would be an error in the log.
websocket_urlpatterns = [path("ws/", LiveConsumer.as_asgi()), re_path("", WebsocketDenier.as_asgi())]
