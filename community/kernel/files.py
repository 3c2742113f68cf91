"""Uploaded files that have to go, also when the process that was to remove them has ended."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

from community.kernel.clock import now
from community.kernel.models import ForgottenFile
from community.kernel.registry import each_minute

logger = logging.getLogger("paddock.files")

LATE = timedelta(minutes=1)
MOST_AT_ONCE = 500


def forget_files(names: Iterable[str | None]) -> None:
    """Remove uploaded files once the caller's transaction is committed; without the commit they stay.

    That they have to go is written down with the transaction, so that the relay removes what is left. Nothing else
    comes to have such a name: uploads are named by random tokens.
    """
    rows = [ForgottenFile(name=name) for name in dict.fromkeys(names) if name]
    if rows:
        rows = ForgottenFile.objects.bulk_create(rows)
        transaction.on_commit(partial(_remove, rows), robust=True)


@each_minute
def remove_left_files() -> int:
    """What processes did not come to remove. Returns how many files are gone."""
    return _remove(list(ForgottenFile.objects.filter(at__lt=now() - LATE).order_by("pk")[:MOST_AT_ONCE]))


def _remove(rows: Sequence[ForgottenFile]) -> int:
    """A file that cannot be removed is tried again; one that is not there is gone."""
    gone = []
    for row in rows:
        try:
            default_storage.delete(row.name)
        except OSError:
            logger.exception("an uploaded file could not be removed")
        else:
            gone.append(row.pk)
    if gone:
        ForgottenFile.objects.filter(pk__in=gone).delete()
    return len(gone)
