"""Remembering how far members have read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from community.members.api import lock_present_member
from forums.models import Board, BoardRead, ReadState, Topic


def mark_read(*, reader: Any, topic: Topic, number: int, now: datetime) -> None:
    """Remember how far a member has read; never backwards."""
    if not getattr(reader, "is_authenticated", False):
        return
    known = ReadState.objects.filter(member=reader, topic=topic)
    if not known.filter(number__lt=number).update(number=number, at=now) and not known.exists():
        rows = [ReadState(member=reader, topic=topic, number=number, at=now)]
        ReadState.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def mark_board_read(*, reader: Any, board: Board, now: datetime) -> None:
    """Everything in the board counts as read. Raises Gone for somebody who was erased."""
    lock_present_member(reader)
    BoardRead.objects.update_or_create(member=reader, board=board, defaults={"until": now})
