"""Where the browser is: Chromium, or Chrome, by any name that distributions and Google give it."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of the first that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)
