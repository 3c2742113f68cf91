"""Marks: keyed hashes of what was, kept to know it again where it must not be kept itself.

They are made with the secret key. One made with a key of before is found as long as that is among the old ones.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac


def keyed_hash(salt: str, value: str) -> str:
    """The mark that is kept from now on."""
    return _keyed_hash(salt, value, settings.SECRET_KEY)


def keyed_hashes(salt: str, value: str) -> list[str]:
    """All that may have been kept: by the secret key, and by those of before."""
    return [_keyed_hash(salt, value, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _keyed_hash(salt: str, value: str, key: str) -> str:
    return salted_hmac(salt, value, secret=key, algorithm="sha256").hexdigest()
