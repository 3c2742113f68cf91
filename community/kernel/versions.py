"""What somebody had read when they began to change it, so that nobody writes over what they have not seen."""

from __future__ import annotations

import hashlib
import json


def version_of(*parts: object) -> str:
    """A short mark of what something says: another one as soon as one of the parts is another.

    It is made of what stands there, not of a count or a time alone: an erasure takes a name out of a text without
    editing it, and two edits may have one time.
    """
    said = json.dumps([str(part) for part in parts], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
