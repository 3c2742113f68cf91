"""Development and the demo: embedded engines, a generated secret, this machine only."""

from __future__ import annotations

from community.settings import env
from community.settings.base import *
from community.settings.base import HOME, INSTALLED_APPS, SECRET_KEY
from community.settings.own_secret import own_secret

INSTALLED_APPS = ["daphne", "demo", *INSTALLED_APPS]  # the first so that runserver has live pages too
DEBUG = env.read("PADDOCK_DEBUG")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
SECRET_KEY = SECRET_KEY or own_secret(HOME / "secret")
