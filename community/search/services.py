"""Keeping the index current: marking what changed, writing it, rebuilding, repairing."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from community.kernel.api import batched, drained_when, each_round, now
from community.search.models import FailedDocument, IndexState, Mark
from community.search.port import Doc, Query, Report, SearchDown
from community.search.registry import Index, engine_of, index_named, indexes

logger = logging.getLogger("paddock.search")

BATCH = 500
LEASE = timedelta(seconds=10)
REBUILD_LEASE = timedelta(minutes=10)
LONGEST_PAUSE_SECONDS = 30.0

_ENSURED: set[str] = set()
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
    _ensure()
    marked = set(Mark.objects.values_list("index", "again").distinct())
    if any(again for _name, again in marked) and _take_over(now()):
        marked = {(name, False) for name, _again in marked}
    waiting = [name for name, again in sorted(marked) if not again]
    written = sum(_flush(index_named(name)) for name in waiting if not _pausing(name))
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
    return not Mark.objects.exists()


def _show() -> None:
    """Make what was written visible as soon as there is a moment: engines refresh by themselves only now and then."""
    for name in [name for name in _UNSEEN if not _pausing(name)]:
        try:
            engine_of(name).refresh()
        except SearchDown as error:
            _pause(name, error)
        else:
            _UNSEEN.discard(name)


def _ensure() -> None:
    """Make indexes that do not exist yet, after an installation or an upgrade of the fields, and fill them."""
    for index in indexes():
        if index.name in _ENSURED or _pausing(index.name):
            continue
        try:
            fresh = engine_of(index.name).ensure()
        except SearchDown as error:
            _pause(index.name, error)
            continue
        _ENSURED.add(index.name)
        if fresh:
            mark(index.name, index.all_ids())


def _flush(index: Index) -> int:
    with _lease(index.name) as version:
        if version is None:
            return 0
        marks = list(Mark.objects.filter(index=index.name, again=False).order_by("pk")[:BATCH])
        ids = list(dict.fromkeys(entry.document_id for entry in marks))
        try:
            if engine_of(index.name).ensure():  # lost behind our back: what is written now is not all of it
                logger.warning("the index %s was missing and is filled anew", index.name)
                mark(index.name, index.all_ids())
            _write(index, ids, version)
        except SearchDown as error:
            _pause(index.name, error)
            return 0
        _PAUSES.pop(index.name, None)
        _UNSEEN.add(index.name)
        _clear(index, [entry.pk for entry in marks], version)
        return len(ids)


def _write(index: Index, ids: Sequence[str], version: int) -> None:
    # The version was taken before loading: whoever loads later has a higher one.
    report = engine_of(index.name).put(_documents(index, ids, version))
    _note_failures(index.name, ids, report)


def _documents(index: Index, ids: Sequence[str], version: int) -> list[Doc]:
    loaded = dict(index.load(ids)) if ids else {}
    return [Doc(document_id, version, loaded.get(document_id)) for document_id in ids]


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


@contextmanager
def _lease(name: str) -> Iterator[int | None]:
    """The right to write to an index for some seconds, with the version to write; None while another has it."""
    at = now()
    until = at + LEASE
    free = IndexState.objects.filter(Q(leased_until=None) | Q(leased_until__lt=at), name=name)
    if not free.update(leased_until=until, version=_next_version(at)):
        IndexState.objects.bulk_create([IndexState(name=name)], ignore_conflicts=True)
        if not free.update(leased_until=until, version=_next_version(at)):
            yield None
            return
    version = IndexState.objects.values_list("version", flat=True).get(name=name)
    try:
        yield version
    finally:
        IndexState.objects.filter(name=name, leased_until=until).update(leased_until=None)


def _next_version(at: datetime) -> Greatest:
    """Above every version given so far, and above those a database restored from a backup no longer knows of."""
    return Greatest(F("version") + 1, Value(int(at.timestamp() * 1000)))


def _pausing(name: str) -> bool:
    return _PAUSES.get(name, (0.0, 0.0))[0] > time.monotonic()


def _pause(name: str, error: Exception) -> None:
    length = min(LONGEST_PAUSE_SECONDS, max(0.5, _PAUSES.get(name, (0.0, 0.0))[1] * 2))
    _PAUSES[name] = (time.monotonic() + length, length)
    logger.warning("search is away, trying again in %.1f s: %s", length, error)


def rebuild(name: str, *, progress: Iterable[str] | None = None) -> Report:
    """Build the index anew beside the one in use and switch at once; what changes meanwhile is applied after.

    ``progress`` may wrap the ids to show how far it is. Raises RebuildRunning and SearchDown.
    """
    index = index_named(name)
    version = _begin_rebuild(name, at=now())
    try:
        report = engine_of(name).rebuild(_read_anew(index, version, progress or index.all_ids()))
    finally:
        _end_rebuild(name)
    failed = [FailedDocument(index=name, document_id=key, error=error) for key, error in report.errors.items()]
    FailedDocument.objects.filter(index=name).delete()
    FailedDocument.objects.bulk_create(failed)
    return report


def _begin_rebuild(name: str, *, at: datetime) -> int:
    IndexState.objects.bulk_create([IndexState(name=name)], ignore_conflicts=True)
    free = Q(rebuilding_until=None) | Q(rebuilding_until__lt=at)
    begun = IndexState.objects.filter(free, name=name).update(
        rebuilding_until=at + REBUILD_LEASE, version=_next_version(at)
    )
    if not begun:
        raise RebuildRunning(name)
    return IndexState.objects.values_list("version", flat=True).get(name=name)


@transaction.atomic
def _end_rebuild(name: str) -> None:
    """What was written to the old index meanwhile is written to the new one as well."""
    IndexState.objects.filter(name=name).update(rebuilding_until=None, version=_next_version(now()))
    Mark.objects.filter(index=name, again=True).update(again=False)


def _read_anew(index: Index, version: int, ids: Iterable[str]) -> Iterator[Doc]:
    """The documents for a rebuild, whose lease is renewed while it reads."""
    for chunk in batched(ids, BATCH):
        IndexState.objects.filter(name=index.name).update(rebuilding_until=now() + REBUILD_LEASE)
        yield from _present(index, chunk, version)


def _present(index: Index, ids: Sequence[str], version: int) -> list[Doc]:
    return [document for document in _documents(index, ids, version) if document.values is not None]


def drift(name: str) -> tuple[list[str], list[str]]:
    """Ids that are missing from the index, and ids that should not be in it. Marked ones do not count."""
    index = index_named(name)
    waiting = set(Mark.objects.filter(index=name).values_list("document_id", flat=True))
    engine = engine_of(name)
    engine.refresh()
    stored = set(engine.ids(Query()))
    wanted = {document.id for chunk in batched(index.all_ids(), BATCH) for document in _present(index, chunk, 0)}
    return sorted(wanted - stored - waiting), sorted(stored - wanted - waiting)


def repair(name: str) -> int:
    """Mark what has drifted. Returns how many documents."""
    missing, surplus = drift(name)
    mark(name, [*missing, *surplus])
    return len(missing) + len(surplus)


def lag(at: datetime) -> dict[str, tuple[int, float]]:
    """Per index: marked documents, and the age of the oldest mark in seconds."""
    found: dict[str, tuple[int, float]] = {}
    for index in indexes():
        marks = Mark.objects.filter(index=index.name)
        oldest = marks.order_by("pk").values_list("marked_at", flat=True).first()
        found[index.name] = (marks.count(), (at - oldest).total_seconds() if oldest else 0.0)
    return found


def forget_state() -> None:
    """Forget what this process knows of pauses and existing indexes: tests begin anew."""
    _PAUSES.clear()
    _ENSURED.clear()
    _UNSEEN.clear()
