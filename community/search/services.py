"""Keeping the index current: marking what changed, writing it, rebuilding."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from community.kernel.api import (
    batched,
    drained_when,
    each_minute,
    each_round,
    is_connection_lost,
    is_lock_conflict,
    now,
    take_turn,
)
from community.search.leases import REBUILD_LEASE, Lease, Rebuild, leased, next_version
from community.search.loading import documents, is_nobodys_fault, one_by_one, present
from community.search.models import FailedDocument, IndexState, Mark
from community.search.port import Doc, Report, SearchDown
from community.search.registry import Index, engine_of, index_named, indexes

logger = logging.getLogger("paddock.search")

BATCH = 500
MARKED_AT_ONCE = 5000
LONGEST_PAUSE_SECONDS = 30.0

_SEEN: set[str] = set()  # indexes that were there when this process last looked
_UNSEEN: set[str] = set()  # written to since the last refresh
_PAUSES: dict[str, tuple[float, float]] = {}  # index: (not before, length of the pause)


class RebuildRunning(RuntimeError):
    """Another process rebuilds the index."""


def mark(index: str, ids: Iterable[object]) -> None:
    """Have documents written again, in the caller's transaction. Ids of deleted ones too."""
    marks = [Mark(index=index, document_id=str(document_id)) for document_id in ids]
    if marks:
        Mark.objects.bulk_create(marks)


@each_round
def flush() -> int:
    """Write what is marked. Returns how many documents; an engine that is away is tried again later."""
    marked = set(Mark.objects.values_list("index", "again").distinct())
    if any(again for _name, again in marked) and _take_over(now()):
        marked = {(name, False) for name, _again in marked}
    waiting = {name for name, again in marked if not again}
    # Marks of an index that this version does not know wait for one that does.
    due = [index for index in indexes() if index.name in waiting or index.name not in _SEEN]
    written = sum(_try(index) for index in due if not _pausing(index.name))
    if not written:
        _show()
    return written


def _take_over(at: datetime) -> int:
    """Marks kept for a rebuild that died are ordinary marks again. Returns how many."""
    over = IndexState.objects.filter(Q(rebuilding_until=None) | Q(rebuilding_until__lt=at)).values("name")
    return Mark.objects.filter(again=True, index__in=over).update(again=False)


@drained_when
def nothing_is_marked() -> bool:
    """Whether everything is written: an engine that is away, or another projector's lease, keeps marks waiting."""
    return not Mark.objects.filter(index__in=[index.name for index in indexes()]).exists()


@each_minute
def tidy() -> int:
    """Hourly: delete superseded indexes, which may still hold people who were erased since.

    An index is left alone until its successor is filled. Returns how many were deleted.
    """
    return sum(_tidy(index.name) for index in indexes() if not _pausing(index.name))


def _tidy(name: str) -> int:
    rebuilt = IndexState.objects.filter(name=name, rebuilding_until__gt=now()).exists()
    if name not in _SEEN or rebuilt or Mark.objects.filter(index=name).exists():
        return 0
    if not take_turn(f"search:tidy-{name}"):
        return 0
    try:
        return engine_of(name).tidy()
    except SearchDown as error:
        _away(name, error)
        return 0


def _show() -> None:
    """Make what was written visible as soon as there is a moment: engines refresh by themselves only now and then."""
    for name in [name for name in _UNSEEN if not _pausing(name)]:
        try:
            engine_of(name).refresh()
        except SearchDown as error:
            _away(name, error)
        else:
            _UNSEEN.discard(name)


def _try(index: Index) -> int:
    """Write to one index; what goes wrong with it stops none of the others."""
    try:
        return _flush(index)
    except SearchDown as error:
        _away(index.name, error)
    except Exception as error:
        if is_connection_lost(error):
            raise
        if is_lock_conflict(error):
            logger.warning("the index %s waits: the database is busy", index.name)
            return 0
        logger.exception("the index %s cannot be written, trying again in %.1f s", index.name, _pause(index.name))
    return 0


def _flush(index: Index) -> int:
    with leased(index.name) as held:
        if held is None or (engine_of(index.name).missing() and not _make(index, held)):
            return 0
        _SEEN.add(index.name)
        marked = Mark.objects.filter(index=index.name, again=False).order_by("pk").values_list("pk", "document_id")
        marks = list(marked[:BATCH])
        ids = list(dict.fromkeys(document_id for _pk, document_id in marks))
        if ids:
            _write(index, ids, held.version)
            _UNSEEN.add(index.name)
            _clear(index, [pk for pk, _document_id in marks], held.version)
        _PAUSES.pop(index.name, None)
        return len(ids)


def _make(index: Index, held: Lease) -> bool:
    """Make an index that is missing, with all its documents marked. Returns whether we may write to it.

    It is missing after an installation, after an upgrade of the fields, or because it was lost. The marks are there
    before it is: whoever is killed in between leaves it missing, and it is made once more.
    """
    known = index.name in _SEEN
    logger.log(logging.WARNING if known else logging.INFO, "the index %s is missing and is filled", index.name)
    if not _mark_all(index, held):
        return False
    engine_of(index.name).ensure()
    if held.renew():
        return True
    # It took so long that somebody else made one too, and may have written to it before ours took its place.
    for ids in batched(index.all_ids(), MARKED_AT_ONCE):
        mark(index.name, ids)
    return False


def _mark_all(index: Index, held: Lease) -> bool:
    """Have every document written, a part of them at a time. Returns whether the lease is still ours."""
    marked = Mark.objects.filter(index=index.name, again=False).values_list("document_id", flat=True)
    waiting = set(marked.iterator())  # of a try before: they are not marked twice, however often it is tried
    for ids in batched((key for key in index.all_ids() if key not in waiting), MARKED_AT_ONCE):
        if not held.renew():
            return False
        mark(index.name, ids)
    return held.renew()


def _write(index: Index, ids: Sequence[str], version: int) -> None:
    # The version was taken before loading: whoever loads later has a higher one.
    engine = engine_of(index.name)
    try:
        report = engine.put(documents(index, ids, version))
    except Exception as error:
        if is_nobodys_fault(error):
            raise
        found, errors = one_by_one(index, ids, version)
        report = engine.put(found)
        report.errors |= errors
    _note_failures(index.name, ids, report)


def _note_failures(name: str, ids: Sequence[str], report: Report) -> None:
    FailedDocument.objects.filter(index=name, document_id__in=ids).delete()
    for document_id, error in report.errors.items():
        logger.error("document refused: %s %s", name, document_id)
        FailedDocument.objects.create(index=name, document_id=document_id, error=error)


@transaction.atomic
def _clear(index: Index, mark_ids: Sequence[int], version: int) -> None:
    """What was written is no longer waiting, unless a rebuild may have missed it."""
    state = IndexState.objects.select_for_update().get(name=index.name)
    marks = Mark.objects.filter(pk__in=mark_ids)
    if state.rebuilding_until and state.rebuilding_until > now():
        marks.update(again=True)
    elif state.version == version:
        marks.delete()
    # Otherwise a rebuild began or ended while we wrote: the marks stay and are written once more.


def _pausing(name: str) -> bool:
    return _PAUSES.get(name, (0.0, 0.0))[0] > time.monotonic()


def _away(name: str, error: SearchDown) -> None:
    logger.warning("search is away, trying again in %.1f s: %s", _pause(name), error)


def _pause(name: str) -> float:
    length = min(LONGEST_PAUSE_SECONDS, max(0.5, _PAUSES.get(name, (0.0, 0.0))[1] * 2))
    _PAUSES[name] = (time.monotonic() + length, length)
    return length


def rebuild(name: str, *, progress: Iterable[str] | None = None) -> Report:
    """Build the index anew beside the one in use and switch at once; what changes meanwhile is applied after.

    ``progress`` may wrap the ids to show how far it is. Raises RebuildRunning, SearchDown, and RebuildLost for one that
    stood still so long that others took it for dead: the index in use is left as it is.
    """
    index = index_named(name)
    held = _begin_rebuild(name, at=now())
    errors: dict[str, str] = {}
    try:
        docs = _read_anew(index, held, progress or index.all_ids(), errors)
        report = engine_of(name).rebuild(docs, ready=held.renew)
    finally:
        _end_rebuild(held)
    report.errors |= errors
    failed = [FailedDocument(index=name, document_id=key, error=error) for key, error in report.errors.items()]
    FailedDocument.objects.filter(index=name).delete()
    FailedDocument.objects.bulk_create(failed)
    return report


def _begin_rebuild(name: str, *, at: datetime) -> Rebuild:
    IndexState.objects.bulk_create([IndexState(name=name)], ignore_conflicts=True)
    free = Q(rebuilding_until=None) | Q(rebuilding_until__lt=at)
    until = at + REBUILD_LEASE
    if not IndexState.objects.filter(free, name=name).update(rebuilding_until=until, version=next_version(at)):
        raise RebuildRunning(name)
    return Rebuild(name, until, IndexState.objects.values_list("version", flat=True).get(name=name))


@transaction.atomic
def _end_rebuild(held: Rebuild) -> None:
    """What was written to the old index meanwhile is written to the new one as well."""
    ours = IndexState.objects.filter(name=held.name, rebuilding_until=held.until)
    if ours.update(rebuilding_until=None, version=next_version(now())):  # else it is kept for another rebuild
        Mark.objects.filter(index=held.name, again=True).update(again=False)


def _read_anew(index: Index, held: Rebuild, ids: Iterable[str], errors: dict[str, str]) -> Iterator[Doc]:
    """The documents for a rebuild, whose lease is renewed while it reads; what cannot be read goes to ``errors``."""
    for chunk in batched(ids, BATCH):
        held.renew()
        yield from present(index, chunk, held.version, errors)


def lag(at: datetime) -> dict[str, tuple[int, float]]:
    """Per index: marked documents, and the age of the oldest mark in seconds."""
    found: dict[str, tuple[int, float]] = {}
    for index in indexes():
        marks = Mark.objects.filter(index=index.name)
        oldest = marks.order_by("pk").values_list("marked_at", flat=True).first()
        found[index.name] = (marks.count(), (at - oldest).total_seconds() if oldest else 0.0)
    return found
