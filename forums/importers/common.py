"""What every importer needs: ids, notes of what was taken over, permissions for demonstrations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from community.consent.api import (
    PURPOSE_CHANNELS,
    VERSION,
    Yes,
    date_back,
    decided_among,
    grant_many,
    permits_of,
    withdraw,
)
from forums.enums import Readership
from forums.models import Board, Imported
from forums.services import ensure_board

BATCH = 200
IMPORTS = 0x1394  # of PostgreSQL's advisory locks
LONGEST_ID = 80
GRANT_SOURCE = "demo import"
GRANT_WARNING = (
    "--grant-all-for-demo: every imported member is given every permission, dated at their joining. "
    "Nobody really agreed to this. Use it on demonstration sites only."
)


class Unreadable(ValueError):
    """A file that cannot be taken over; the message says why."""


@contextmanager
def alone() -> Iterator[None]:
    """A transaction of an import: another import waits for it, and then finds what this one took over.

    On PostgreSQL nothing but imports waits for it; on SQLite everybody does, so that batches go by ``giving_way``.
    """
    with transaction.atomic():
        _wait_for_others()
        yield


def _wait_for_others() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [IMPORTS])


def board_of(slug: str, *, title_en: str, title_zh: str) -> Board:
    """The board to import into, made where it is missing. Raises Unreadable for one that is the brand's own."""
    board = ensure_board(slug=slug, title_en=title_en, title_zh=title_zh)
    if board.readers == Readership.STAFF:
        raise Unreadable(f"Only the brand's people read the board {slug}: imported members are none.")
    return board


def digest(*parts: str) -> str:
    """Sixteen characters that stand for some texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def short(external_id: str) -> str:
    """The id of a thing elsewhere, or what stands for one too long to keep."""
    return external_id if len(external_id) <= LONGEST_ID else digest(external_id)


def taken_over(source: str, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
    """Which of these things were taken over already, and as what. Those of erased people are known by a mark."""
    wanted = {known: one for one in set(external_ids) for known in (one, *Imported.keyed_hashes(source, kind, one))}
    found = Imported.objects.filter(source=source, kind=kind, external_id__in=wanted)
    return {wanted[known]: local_id for known, local_id in found.values_list("external_id", "local_id")}


def note(source: str, kind: str, things: Mapping[str, int]) -> None:
    """Note what was taken over: the id here by the id there."""
    Imported.objects.bulk_create(
        [Imported(source=source, kind=kind, external_id=external, local_id=local) for external, local in things.items()]
    )


def grant_all(since: Mapping[int, datetime]) -> None:
    """Every permission there is to members, from a time on; for demonstrations only.

    Whoever ever said yes or no here is never overruled. What an import granted counts from the earliest time that any
    import gives.
    """
    decided = decided_among(since)
    pairs = [(str(purpose), str(channel)) for purpose, channels in PURPOSE_CHANNELS.items() for channel in channels]
    asked = {member_id: at for member_id, at in since.items() if member_id not in decided}
    answers = [Yes(member_id, *pair, at) for member_id, at in asked.items() for pair in pairs]
    grant_many(answers, text_version=VERSION, source=GRANT_SOURCE)
    date_back({member_id: at for member_id, at in since.items() if member_id in decided}, source=GRANT_SOURCE)


def take_back(member_ids: Iterable[int], *, now: datetime) -> None:
    """Take back what imports granted. Whoever ever said yes or no here is left as they are."""
    ids = set(member_ids)
    for member_id in ids - decided_among(ids, but=GRANT_SOURCE):
        for permit in sorted(permits_of(member_id)):
            purpose, _, channel = permit.partition(":")
            withdraw(member_id=member_id, purpose=purpose, channel=channel, source=GRANT_SOURCE, now=now)
