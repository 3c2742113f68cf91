"""Uploaded files: those that nothing names go, also when the process that was to see to it has ended."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from community.kernel.clock import now
from community.kernel.models import ForgottenFile
from community.kernel.registry import each_minute

logger = logging.getLogger("paddock.files")

LATE = timedelta(minutes=1)
NAMED = timedelta(hours=1)  # longer than any transaction
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class NewFile:
    """A file that is stored, and which goes again unless something comes to name it."""

    name: str
    note: int

    def keep(self) -> str:
        """The name of the file, for a row of the caller's transaction. Without the commit the file goes."""
        ForgottenFile.objects.filter(pk=self.note).delete()
        return self.name


def store_file(folder: str, content: ContentFile[bytes], *, ending: str) -> NewFile:
    """Store a file under a name nobody can guess; ``folder`` as of a FileField. To be called before a transaction.

    That it has to go is written down first: whatever happens until a row that names it is committed, the relay
    removes it an hour later. Within a caller's transaction the note is gone with it, and the file may be left.
    """
    name = default_storage.get_available_name(f"{now().strftime(folder)}{secrets.token_urlsafe(12)}{ending}")
    note = ForgottenFile.objects.create(name=name, at=now() + NAMED)
    return NewFile(default_storage.save(name, content), note.pk)


def same_bytes(one: File[bytes], other: File[bytes]) -> bool:
    """Whether two files hold the same. One that is not there is like no other."""
    try:
        return one.size == other.size and _bytes(one) == _bytes(other)
    except OSError:
        return False


def _bytes(file: File[bytes]) -> bytes:
    with file.open() as opened:
        content: bytes = opened.read()
    return content


def forget_files(names: Iterable[str | None]) -> None:
    """Remove uploaded files once the caller's transaction is committed; without the commit they stay.

    That they have to go is written down with the transaction, so that the relay removes what is left. Nothing else
    comes to have such a name: uploads are named by random tokens.
    """
    rows = [ForgottenFile(name=name) for name in dict.fromkeys(names) if name]
    if rows:
        rows = ForgottenFile.objects.bulk_create(rows)
        transaction.on_commit(partial(_remove, rows), robust=True)


def is_forgotten(name: str) -> bool:
    """Whether a file has to go, or is not named yet: it may lie there still, and is nobody's to see."""
    return ForgottenFile.objects.filter(name=name).exists()


@each_minute
def remove_left_files() -> int:
    """What processes did not come to remove, or to name. Returns how many files are gone."""
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
