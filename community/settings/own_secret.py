"""A secret an installation makes for itself, once, however many processes start at the same time."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def own_secret(path: Path) -> str:
    """What the file holds, readable by its owner only; it is made where it is missing, and anew where it is empty.

    It is written beside its place and linked there whole: nobody reads a part of it, and of several processes that
    make one all take that of the first. An interrupted start leaves none.
    """
    if found := _text(path):
        return found
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        if path.exists() and not path.stat().st_size:  # of a start that was interrupted
            path.unlink(missing_ok=True)
        _place(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return _text(path)


def _place(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)
    except FileExistsError:
        return  # another process was faster
    except OSError:  # a disk without links
        fresh.replace(path)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
