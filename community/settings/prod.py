"""Production: refuses to start without a secret and host names; https everywhere."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from community.settings import env, logs
from community.settings.base import *
from community.settings.base import ALLOWED_HOSTS, PADDOCK_URL, PROXIES, SECRET_KEY, STATIC_ROOT

_SECRET_LENGTH = 50  # as Django's own deployment check asks for

if len(SECRET_KEY) < _SECRET_LENGTH:
    raise ImproperlyConfigured("PADDOCK_SECRET_KEY is missing or shorter than 50 characters.")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("PADDOCK_HOSTS is empty: name the hosts this installation serves.")

CSRF_TRUSTED_ORIGINS = [PADDOCK_URL]
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "community.kernel.static_files.StaticFiles"},
}
# `manage.py collectstatic`, then `manage.py compress`: the style sheet is there before the first process starts.
COMPRESS_ROOT = STATIC_ROOT
COMPRESS_OFFLINE = True
LOGGING = logs.configuration(level=env.read("PADDOCK_LOG_LEVEL"), as_json=True)
