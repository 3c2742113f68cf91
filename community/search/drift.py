"""Where an index has drifted from the database, and mending it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from community.kernel.api import batched
from community.search.loading import present
from community.search.models import FailedDocument, Mark
from community.search.port import Query
from community.search.registry import Index, engine_of, index_named
from community.search.services import BATCH, mark

Progress = Callable[[Iterable[str], str], Iterable[str]]


def drift(name: str, *, progress: Progress = lambda ids, _what: ids) -> tuple[list[str], list[str]]:
    """Ids that are missing from the index, and ids that should not be in it. Marked ones do not count.

    ``progress`` may wrap the ids it goes through, told which they are, to show how far it is.
    """
    index = index_named(name)
    waiting, stored = _stored(index, progress)
    wanted = _wanted(index, progress(index.all_ids(), f"{name}, in the database"))
    missing, surplus = wanted - stored - waiting, stored - wanted - waiting
    if missing or surplus:
        # What somebody wrote after the index was read only looks as if it differed: it is marked or written by now.
        waiting, stored = _stored(index, lambda ids, _what: ids)
        wanted = _wanted(index, sorted(missing | surplus))
        missing &= wanted - stored - waiting
        surplus &= stored - wanted - waiting
    return sorted(missing), sorted(surplus)


def _stored(index: Index, progress: Progress) -> tuple[set[str], set[str]]:
    """The ids that are marked, and then those in the index."""
    waiting = set(Mark.objects.filter(index=index.name).values_list("document_id", flat=True))
    engine = engine_of(index.name)
    engine.refresh()
    return waiting, set(progress(engine.ids(Query()), f"{index.name}, in the index"))


def _wanted(index: Index, ids: Iterable[str]) -> set[str]:
    """Those of some ids that belong into the index."""
    return {document.id for chunk in batched(ids, BATCH) for document in present(index, chunk, 0, {})}


def repair(name: str, drifted: Iterable[str]) -> int:
    """Mark what has drifted, and what was refused before. Returns how many documents."""
    refused = FailedDocument.objects.filter(index=name).values_list("document_id", flat=True)
    ids = sorted({*drifted, *refused})
    mark(name, ids)
    return len(ids)
