"""What was agreed to is known by its version: another wording is another version."""

import hashlib

from django.utils import translation

from community.consent.texts import TEXTS, VERSION

# Whoever changes a word gives VERSION a new name and puts the digest of the new wording here.
WORDINGS = {"2026-11.4": "ce3a48cf4c65bcdd"}


def test_every_wording_has_a_version_of_its_own():
    with translation.override("en"):
        said = "\n".join(str(part) for purpose in sorted(TEXTS) for part in vars(TEXTS[purpose]).values())
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == WORDINGS[VERSION]
