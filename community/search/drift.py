"""Where an index has drifted from the database, and mending it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from community.kernel.api import batched, delivered_upto, last_fact
from community.search.loading import present
from community.search.models import FailedDocument, Mark
from community.search.port import BadValue, Held
from community.search.registry import Index, engine_of, index_named
from community.search.services import BATCH, mark

DELIVERY_SECONDS = 30.0  # that a check waits for facts, which have more documents written
LOOK_SECONDS = 0.1

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


class Drift(NamedTuple):
    """Ids that are missing from an index, that should not be in it, and of which it says what is no longer so."""

    missing: list[str]
    surplus: list[str]
    stale: list[str]

    @property
    def ids(self) -> list[str]:
        """All of them."""
        return [*self.missing, *self.surplus, *self.stale]


def drift(name: str, *, progress: Progress = lambda found, _what: found) -> Drift:
    """How an index differs from the database. Marked documents do not count.

    ``progress`` may wrap what it goes through, told what that is, to show how far it is.
    """
    index = index_named(name)
    waiting, held = _held(index, progress)
    wanted = _wanted(index, progress(index.all_ids(), f"{name}, in the database"))
    missing, surplus = wanted.keys() - held.keys() - waiting, held.keys() - wanted.keys() - waiting
    stale = {key for key in held.keys() & wanted.keys() - waiting if held[key].digest != wanted[key]}
    if missing or surplus or stale:
        # What somebody wrote after the index was read only looks as if it differed. As soon as the facts that were
        # published until now are delivered it is marked or written; and what is written has another version.
        _wait_for_facts()
        before = held
        waiting, held = _held(index, lambda found, _what: found)
        wanted = _wanted(index, sorted(missing | surplus | stale))
        missing &= wanted.keys() - held.keys() - waiting
        surplus &= held.keys() - wanted.keys() - waiting
        stale &= wanted.keys() & held.keys() - waiting
        stale = {key for key in stale if before[key] == held[key] and held[key].digest != wanted[key]}
    return Drift(sorted(missing), sorted(surplus), sorted(stale))


def _held(index: Index, progress: Progress) -> tuple[set[str], dict[str, Held]]:
    """The ids that are marked, and then what is in the index, by id."""
    waiting = set(Mark.objects.filter(index=index.name).values_list("document_id", flat=True))
    engine = engine_of(index.name)
    engine.refresh()
    return waiting, {one.id: one for one in progress(engine.held(), f"{index.name}, in the index")}


def _wanted(index: Index, ids: Iterable[str]) -> dict[str, int]:
    """Of those of some ids that belong into the index, the digests of what it should say."""
    found: dict[str, int] = {}
    for chunk in batched(ids, BATCH):
        for document in present(index, chunk, 0, {}):
            with suppress(BadValue):  # refused, as ``search status`` tells
                found[document.id] = index.schema.digest(document.values or {})
    return found


def _wait_for_facts() -> None:
    """Until the relay has delivered what is published by now, or has had time enough for it."""
    last, until = last_fact(), time.monotonic() + DELIVERY_SECONDS
    while not delivered_upto(last) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


def repair(name: str, drifted: Iterable[str]) -> int:
    """Mark what has drifted, and what was refused before. Returns how many documents."""
    refused = FailedDocument.objects.filter(index=name).values_list("document_id", flat=True)
    ids = sorted({*drifted, *refused})
    mark(name, ids)
    return len(ids)
