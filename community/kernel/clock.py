"""The time that services work with: they take ``now``; views, commands and handlers ask for it here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

SENT_TWICE = timedelta(seconds=60)


def now() -> datetime:
    """The current instant, with its zone."""
    return timezone.now()


def around(now: datetime) -> tuple[datetime, datetime]:
    """The span in which the same words of the same person are one act that was sent twice.

    It goes both ways: of two requests at once the one that is handled first may have read the clock last.
    """
    return now - SENT_TWICE, now + SENT_TWICE
