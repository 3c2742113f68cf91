"""Pictures for posts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from community.kernel import markup
from community.kernel.api import around, same_bytes, store_file
from community.kernel.images import reencode
from community.members.api import Member, lock_present_member
from forums.models import PICTURES, Upload


def markdown_of(picture: Upload, alt: str) -> str:
    """How a picture stands in a text, with what it shows for those who do not see it."""
    return markup.picture(picture.file.url, alt)


def store_picture(*, member: Member, file: Any, now: datetime) -> Upload:
    """A picture for a post, written anew; the same one sent twice within a minute is kept once.

    So the texts it stands in are the same, too. Raises Invalid for what is none, Busy, and Gone for somebody erased.
    """
    content = reencode(file)  # takes a while: nobody waits for a row meanwhile
    stored = store_file(PICTURES, content, ending=".webp")
    with transaction.atomic():
        lock_present_member(member)
        for there in Upload.objects.filter(member=member, at__range=around(now)):
            if same_bytes(there.file, content):
                return there
        return Upload.objects.create(member=member, at=now, file=stored.keep())
