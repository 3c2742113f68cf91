"""Terms members use that the vocabulary does not know: counted, proposed to a manager, never used by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crm_bridge.models import TermSighting


@dataclass(frozen=True)
class Sighting:
    """One member used an unknown term once."""

    term: str
    member_id: int
    source: str
    at: datetime


def record_sightings(sightings: Iterable[Sighting]) -> None:
    """Count sightings, in the caller's transaction; one row a term, member and source."""
    fresh: dict[tuple[str, int, str], TermSighting] = {}
    for sighting in sightings:
        key = (sighting.term, sighting.member_id, sighting.source)
        row = fresh.get(key)
        if row is None:
            fresh[key] = TermSighting(
                term=sighting.term, member_id=sighting.member_id, source=sighting.source, count=1, at=sighting.at
            )
        else:
            row.count, row.at = row.count + 1, max(row.at, sighting.at)
    if not fresh:
        return
    known = TermSighting.objects.filter(term__in={key[0] for key in fresh}, member_id__in={key[1] for key in fresh})
    again = []
    for row in known:
        new = fresh.pop((row.term, row.member_id, row.source), None)
        if new:
            row.count, row.at = row.count + new.count, max(row.at, new.at)
            again.append(row)
    TermSighting.objects.bulk_update(again, ["count", "at"])
    TermSighting.objects.bulk_create(fresh.values())
