"""Keyed hashes that recognise a deleted value without storing it.

They are made with the secret key. A hash made with a former key is recognised as long as ``PADDOCK_OLD_SECRET_KEYS``
holds that key.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac


def keyed_hash(salt: str, value: str) -> str:
    """The hash to store: made with the current key."""
    return _keyed_hash(salt, value, settings.SECRET_KEY)


def keyed_hashes(salt: str, value: str) -> list[str]:
    """Every hash that may be stored for a value: made with the current key and with each former one."""
    return [_keyed_hash(salt, value, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _keyed_hash(salt: str, value: str, key: str) -> str:
    return salted_hmac(salt, value, secret=key, algorithm="sha256").hexdigest()
