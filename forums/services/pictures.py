"""Pictures for posts."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from community.kernel.images import reencode
from community.members.api import Member, require_here
from forums.models import Upload


def store_picture(*, member: Member, file: Any, now: datetime) -> Upload:
    """A picture for a post, written anew. Raises Invalid for what is none, Busy, and Gone for somebody erased."""
    content = reencode(file)  # takes a while: nobody waits for a row meanwhile
    with transaction.atomic():
        require_here(member)
        upload = Upload(member=member, at=now)
        upload.file.save(f"{secrets.token_urlsafe(12)}.webp", content, save=False)
        upload.save()
    return upload
