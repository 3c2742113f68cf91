"""What was agreed to is known by its version: another wording is another version."""

import hashlib

from django.utils import translation

from community.consent.management.commands.wording_doc import FOLDER, document
from community.consent.texts import TEXTS, VERSION

# Whoever changes a word gives VERSION a new name, puts the digest of the new wording here, and leaves the old ones.
WORDINGS = {"2026-11.4": "ce3a48cf4c65bcdd"}


def test_every_wording_has_a_version_of_its_own():
    with translation.override("en"):
        said = "\n".join(str(part) for purpose in sorted(TEXTS) for part in vars(TEXTS[purpose]).values())
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == WORDINGS[VERSION]


def test_every_wording_anybody_agreed_to_can_be_read():
    assert (FOLDER / f"{VERSION}.md").read_text(encoding="utf-8") == document(), "run manage.py wording_doc"
    assert {path.stem for path in FOLDER.iterdir()} == set(WORDINGS)
