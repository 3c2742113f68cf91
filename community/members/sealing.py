"""Secrets of authenticator apps and recovery codes are sealed in the database: a copy of it alone opens no account."""

from __future__ import annotations

import base64
from functools import lru_cache

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SEALED = "fernet:"


class MFAAdapter(DefaultMFAAdapter):
    """Seals with a key derived from the site's secret key; opens with older ones too, and what was kept in clear."""

    def encrypt(self, text: str) -> str:
        """A secret sealed with the first key, as text with a mark in front that tells it is."""
        return f"{SEALED}{_sealer().encrypt(text.encode()).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Open it. Raises InvalidToken where no known key fits: nobody gets in with an empty secret."""
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        return _sealer().decrypt(encrypted_text.removeprefix(SEALED)).decode()


def _sealer() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


@lru_cache(8)
def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"paddock.members.mfa").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
