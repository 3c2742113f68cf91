"""Development and the demo: embedded engines, a generated secret, this machine only."""

from __future__ import annotations

import secrets

from community.settings import env
from community.settings.base import *  # noqa: F403 - Django settings are layered by star import
from community.settings.base import HOME, INSTALLED_APPS, SECRET_KEY

INSTALLED_APPS = ["demo", *INSTALLED_APPS]
DEBUG = env.read("PADDOCK_DEBUG")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True


def generated_secret() -> str:
    """The installation's own secret, made once and kept readable by its owner only."""
    path = HOME / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = SECRET_KEY or generated_secret()
