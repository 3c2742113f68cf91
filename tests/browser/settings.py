"""The site the browser tests visit: as in development, with passwords that cost nothing and no limits on signing in."""

from community.settings.dev import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 60 * 60  # seconds: one signing in serves all tests


class _NoMigrations(dict):
    def __contains__(self, label):
        return True

    def __getitem__(self, label):
        return None


# Tables are made from the models, as in every other test: a tenth of the time.
MIGRATION_MODULES = _NoMigrations()
