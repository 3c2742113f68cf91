"""Tests: everything in memory and fast."""

from __future__ import annotations

from community.settings.base import *  # noqa: F403 - Django settings are layered by star import
from community.settings.base import DATABASES, INSTALLED_APPS

INSTALLED_APPS = ["demo", *INSTALLED_APPS]
SECRET_KEY = "test"  # noqa: S105 - not a secret: tests only
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["NAME"] = ":memory:"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
COMPRESS_ENABLED = False
SEARCH_FOLDER = None
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
WHITENOISE_AUTOREFRESH = True
