"""HTTP and WebSockets under ASGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings.dev")

application = get_asgi_application()
