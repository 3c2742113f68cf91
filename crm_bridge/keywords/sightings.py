"""Who used which unknown term: counted, kept within bounds, and forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from community.kernel.api import batched
from crm_bridge.models import TermProposal, TermSighting

TEXTS = ("topic", "post", "idea")  # sources that are texts, of which words are taken
MOST_NOTED = 200_000
CHUNK = 500
TAKEN_BACK = timedelta(hours=1)  # so long a decision that is taken back leaves a term as it was


@dataclass(frozen=True)
class Sighting:
    """One member used an unknown term once."""

    term: str
    member_id: int
    source: str
    at: datetime


def record_sightings(sightings: Iterable[Sighting]) -> None:
    """Count sightings, in the caller's transaction; one row a term, member and source.

    In texts a word is noted, not counted: whoever writes much of a thing is still one.
    """
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
    _note_words([row for row in fresh.values() if row.source in TEXTS])
    _count_terms({key: row for key, row in fresh.items() if row.source not in TEXTS})


def _note_words(rows: list[TermSighting]) -> None:
    if not rows:
        return
    terms, people = {row.term for row in rows}, {row.member_id for row in rows}
    noted = TermSighting.objects.filter(term__in=terms, member_id__in=people, source__in=TEXTS)
    latest = {tuple(key): at for *key, at in noted.values_list("term", "member_id", "source", "at")}
    for row in rows:  # what is imported late may be older
        row.count, row.at = 1, max(row.at, latest.get((row.term, row.member_id, row.source), row.at))
    TermSighting.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["term", "member_id", "source"], update_fields=["at"]
    )


def _count_terms(fresh: dict[tuple[str, int, str], TermSighting]) -> None:
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


def prune_sightings(*, most: int = MOST_NOTED) -> int:
    """Keep the rows of words in texts within bounds: words that one member used go first, then the oldest."""
    noted = TermSighting.objects.filter(source__in=TEXTS)
    over = noted.count() - most
    if over <= 0:
        return 0
    single = noted.values("term").annotate(people=Count("member_id", distinct=True)).filter(people=1).values("term")
    gone = list(noted.filter(term__in=single).order_by("pk").values_list("pk", flat=True)[:over])
    gone += noted.exclude(pk__in=gone).order_by("pk").values_list("pk", flat=True)[: over - len(gone)]
    for chunk in batched(gone, CHUNK):
        TermSighting.objects.filter(pk__in=chunk).delete()
    return len(gone)


def forget_decided(*, now: datetime) -> int:
    """Who used a term goes an hour after it was decided about, and so does who uses it later. Returns how many rows."""
    decided = TermProposal.objects.standing().filter(decided_at__lte=now - TAKEN_BACK)
    return TermSighting.objects.filter(term__in=decided.values("term")).delete()[0]
