"""The one place that reads the clock. Services take ``now``; views, commands and handlers call this."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The current instant, with its zone."""
    return timezone.now()
