"""Pictures for posts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from community.kernel.api import store_file
from community.kernel.images import reencode
from community.members.api import Member, require_here
from forums.models import PICTURES, Upload


def store_picture(*, member: Member, file: Any, now: datetime) -> Upload:
    """A picture for a post, written anew. Raises Invalid for what is none, Busy, and Gone for somebody erased."""
    content = reencode(file)  # takes a while: nobody waits for a row meanwhile
    stored = store_file(PICTURES, content, ending=".webp")
    with transaction.atomic():
        require_here(member)
        return Upload.objects.create(member=member, at=now, file=stored.keep())
