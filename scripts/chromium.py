"""Where the browser is: Chromium, or Chrome, by any name that distributions and Google give it."""

from __future__ import annotations

import shutil

# The first is Chromium without windows, a package of its own: a page costs it two fifths less.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of the first that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)
