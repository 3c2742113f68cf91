"""Sessions that are over, or are ended, go, and with them the addresses and browsers they were used from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, Model, OuterRef, QuerySet

BATCH = 500
MOST = 20_000  # of a kind at once: the relay has other things to do


def forget_past_sessions(*, now: datetime) -> tuple[int, bool]:
    """Remove those that ended, and what was noted of sessions that are no more. How many, and whether that is all."""
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    gone = _remove(Session.objects.filter(expire_date__lt=now)), _remove(UserSession.objects.filter(~Exists(there)))
    return sum(gone), max(gone) < MOST


def end_sessions(member_ids: Collection[int]) -> None:
    """Sign some members out wherever they are signed in."""
    theirs = UserSession.objects.filter(user__in=member_ids)
    Session.objects.filter(session_key__in=list(theirs.values_list("session_key", flat=True))).delete()
    theirs.delete()


def _remove(rows: QuerySet[Model]) -> int:
    gone = 0
    while gone < MOST and (keys := list(rows.values_list("pk", flat=True)[:BATCH])):
        rows.filter(pk__in=keys).delete()  # but one that was begun anew in this moment
        gone += len(keys)
    return gone
