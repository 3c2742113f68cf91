"""Uploaded files that have to go."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

logger = logging.getLogger("paddock.files")


def forget_files(names: Iterable[str | None]) -> None:
    """Remove uploaded files once the caller's transaction is committed; without the commit they stay."""
    for name in dict.fromkeys(names):
        if name:
            transaction.on_commit(partial(_remove, name), robust=True)


def _remove(name: str) -> None:
    try:
        default_storage.delete(name)
    except OSError:
        logger.exception("an uploaded file could not be removed")
