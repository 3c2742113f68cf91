"""Tests: everything in memory and fast; with DATABASE_URL on PostgreSQL.

The addresses of Redis and Elasticsearch are for the tests that ask for them: see tests/servers.py.
"""

from __future__ import annotations

from community.settings.base import *
from community.settings.base import DATABASES, ELASTICSEARCH_URL, INSTALLED_APPS, REDIS_URL

INSTALLED_APPS = ["demo", *INSTALLED_APPS]
SECRET_KEY = "test"  # noqa: S105 - not a secret: tests only
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    DATABASES["default"]["NAME"] = ":memory:"
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # pytest-django knows Django's own engine by its name only
else:
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
SERVERS = {"redis": REDIS_URL, "elasticsearch": ELASTICSEARCH_URL}
ELASTICSEARCH_URL = ""
REDIS_URL = ""
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
COMPRESS_ENABLED = False
SEARCH_FOLDER = None
FIRST_PAGES = False
STARTER_VOCABULARY = False
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
WHITENOISE_AUTOREFRESH = True
