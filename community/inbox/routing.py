"""The WebSocket's address."""

from django.urls import path

from community.inbox.consumers import LiveConsumer

websocket_urlpatterns = [path("ws/", LiveConsumer.as_asgi())]
