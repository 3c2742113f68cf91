"""From words to signals, each with the act it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from community.kernel.api import Delivery
from crm_bridge.intake.batch import Batch
from crm_bridge.keywords.sightings import Sighting
from crm_bridge.keywords.unknown import unknown_words
from crm_bridge.models import Signal

TERM_LENGTH = 40


def record_signals(
    batch: Batch,
    delivery: Delivery[Any],
    source: str,
    source_id: object,
    title: str,
    *texts: str,
    words: Iterable[str] = (),
) -> None:
    """One signal a keyword the texts are about. Each of the words stands alone: 大众 is a brand, not the public."""
    if not batch.permitted(delivery):
        return
    counts = batch.words.capture("\n".join([*texts, *words]))
    for word in words:
        keyword = batch.words.find(word)
        if keyword and keyword.code not in counts:
            counts[keyword.code] = 1
    for code, count in counts.items():
        record_signal(batch, delivery, code, source, source_id, title, count=min(count, 1000))


def record_signal(
    batch: Batch, delivery: Delivery[Any], code: str, source: str, source_id: object, title: str, *, count: int = 1
) -> None:
    """One signal: this keyword, because of this act."""
    batch.signals.append(
        Signal(
            member_id=delivery.fact.member_id,
            keyword=code,
            source=source,
            source_id=str(source_id)[:60],
            title=title[:200],
            count=count,
            at=delivery.occurred_at,
            event_id=delivery.event_id,
        )
    )


def replace_declared_signals(batch: Batch, delivery: Delivery[Any], source: str, words: Iterable[str]) -> None:
    """Replace what a member says of themselves: whole terms first, then what they contain."""
    batch.write()
    Signal.objects.filter(member_id=delivery.fact.member_id, source=source).delete()
    if not batch.permitted(delivery):
        return
    codes: dict[str, str] = {}
    for word in words:
        whole = batch.words.find(word)
        found = [whole.code] if whole else list(batch.words.capture(word))
        for code in found:
            codes.setdefault(code, word)
        if not found:
            record_unknown_term(batch, delivery, source, word)
    for code, word in codes.items():
        record_signal(batch, delivery, code, source, source, word)


def record_unknown_term(batch: Batch, delivery: Delivery[Any], source: str, term: str) -> None:
    """Note a whole term nobody knows yet."""
    term = " ".join(term.lower().split())
    if term and len(term) <= TERM_LENGTH:
        batch.sightings.append(Sighting(term, delivery.fact.member_id, source, delivery.occurred_at))


def record_unknown_words(batch: Batch, delivery: Delivery[Any], source: str, *texts: str) -> None:
    """Note words nobody knows yet."""
    if batch.permitted(delivery):
        for word in unknown_words("\n".join(texts), batch.words):
            batch.sightings.append(Sighting(word, delivery.fact.member_id, source, delivery.occurred_at))


def delete_signals(batch: Batch, delivery: Delivery[Any], sources: Sequence[str], source_id: object) -> datetime | None:
    """Delete the signals of one act. Returns when it was, where it had left any."""
    batch.write()
    rows = Signal.objects.filter(
        member_id=delivery.fact.member_id, source__in=list(sources), source_id=str(source_id)[:60]
    )
    first = rows.order_by("at").values_list("at", flat=True).first()
    rows.delete()
    return first


def retitle_signals(
    batch: Batch, delivery: Delivery[Any], source: str, source_ids: Iterable[object], title: str
) -> None:
    """What acts were about is called otherwise now; what was learnt from them stays."""
    batch.write()
    rows = Signal.objects.filter(
        member_id=delivery.fact.member_id, source=source, source_id__in=[str(one)[:60] for one in source_ids]
    )
    rows.update(title=title[:200])
