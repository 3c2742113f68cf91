"""Remembering how far members have read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from community.members.api import lock_present_member
from forums import queries
from forums.models import Board, BoardRead, ReadState, Topic


def mark_read(*, reader: Any, topic: Topic, number: int, now: datetime) -> None:
    """Remember how far a member has read; never backwards."""
    if not getattr(reader, "is_authenticated", False):
        return
    known = ReadState.objects.filter(member=reader, topic=topic)
    behind = known.filter(number__lt=number)
    if not behind.update(number=number, at=now) and not known.exists():
        rows = [ReadState(member=reader, topic=topic, number=number, at=now)]
        ReadState.objects.bulk_create(rows, ignore_conflicts=True)
        behind.update(number=number, at=now)  # another page of theirs may have been first, and not as far


def mark_shown(*, reader: Any, topic: Topic, first: int, last: int, read: int | None = None, now: datetime) -> bool:
    """The posts from ``first`` to ``last`` were before a member: they are read, if nothing below them is left unread.

    ``read`` is how far they had read, where that is known. Returns whether they have read up to ``last`` now: who
    jumped ahead goes on where they stopped.
    """
    if not getattr(reader, "is_authenticated", False):
        return False
    read = queries.read_until(topic, reader) if read is None else read
    if last <= read:
        return True
    if not queries.all_read_before(topic, reader, first, read=read):
        return False
    mark_read(reader=reader, topic=topic, number=last, now=now)
    return True


@transaction.atomic
def mark_board_read(*, reader: Any, board: Board, now: datetime) -> None:
    """Everything in the board counts as read. Raises Gone for somebody who was erased."""
    lock_present_member(reader)
    BoardRead.objects.update_or_create(member=reader, board=board, defaults={"until": now})
