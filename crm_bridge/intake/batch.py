"""What a batch of facts adds to what is known, and who takes which fact in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from community.kernel.api import Delivery, Fact
from crm_bridge.keywords.sightings import Sighting, record_sightings
from crm_bridge.keywords.vocabulary import Vocabulary
from crm_bridge.models import ActiveDay, Belonging, InterestControl, Profile, Signal, TermSighting
from crm_bridge.profiles.lifecycle import day_of

DERIVED: tuple[Any, ...] = (Signal, InterestControl, ActiveDay, Belonging, Profile, TermSighting)


@dataclass
class Batch:
    """What a batch of facts adds, written at once at the end of it."""

    since: dict[int, datetime]
    words: Vocabulary
    signals: list[Signal] = field(default_factory=list)
    days: dict[tuple[int, date], tuple[int, datetime]] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)
    belongings: list[Belonging] = field(default_factory=list)

    def permitted(self, delivery: Delivery[Any]) -> bool:
        """Whether the act may count: a permission is held, and was when it happened."""
        since = self.since.get(delivery.fact.member_id)
        return since is not None and delivery.occurred_at >= since

    def count_act(self, delivery: Delivery[Any]) -> None:
        """Count an act on its day, if it may count."""
        if not self.permitted(delivery):
            return
        key = (delivery.fact.member_id, day_of(delivery.occurred_at))
        acts, last = self.days.get(key, (0, delivery.occurred_at))
        self.days[key] = (acts + 1, max(last, delivery.occurred_at))

    def write(self) -> None:
        """Store what has come together."""
        Signal.objects.bulk_create(self.signals, ignore_conflicts=True)
        Belonging.objects.bulk_create(self.belongings, ignore_conflicts=True)
        self.signals, self.belongings = [], []

    def drop(self, member_id: int) -> None:
        """Forget what has come together of a member."""
        self.signals = [signal for signal in self.signals if signal.member_id != member_id]
        self.sightings = [sighting for sighting in self.sightings if sighting.member_id != member_id]
        self.days = {key: acts for key, acts in self.days.items() if key[0] != member_id}

    def finish(self) -> None:
        """Store what is left of the signals, the active days and the unknown words."""
        self.write()
        _add_days(self.days)
        record_sightings(self.sightings)


FactHandler = Callable[[Batch, Delivery[Any]], None]
FACT_HANDLERS: dict[type[Fact], FactHandler] = {}


def handles_fact(*fact_types: type[Fact]) -> Callable[[FactHandler], FactHandler]:
    """Register what is learnt from a kind of fact."""

    def register(taker: FactHandler) -> FactHandler:
        for fact_type in fact_types:
            FACT_HANDLERS[fact_type] = taker
        return taker

    return register


def wipe(member_ids: Iterable[int]) -> None:
    """Forget everything derived about members."""
    ids = list(member_ids)
    for model in DERIVED:
        model.objects.filter(member_id__in=ids).delete()


def _add_days(days: dict[tuple[int, date], tuple[int, datetime]]) -> None:
    if not days:
        return
    members, dates = {key[0] for key in days}, {key[1] for key in days}
    columns = ("member_id", "day", "acts", "last_at")
    for member_id, day, acts, last in ActiveDay.objects.filter(member_id__in=members, day__in=dates).values_list(
        *columns
    ):
        if (member_id, day) in days:
            more, latest = days[member_id, day]
            days[member_id, day] = (acts + more, max(last, latest))
    ActiveDay.objects.bulk_create(
        [ActiveDay(member_id=pk, day=day, acts=acts, last_at=last) for (pk, day), (acts, last) in days.items()],
        update_conflicts=True,
        unique_fields=["member_id", "day"],
        update_fields=["acts", "last_at"],
    )
