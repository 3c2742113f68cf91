"""Keeps profiles as facts come in, refreshes them as time passes, and makes them anew from the kept facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from community.consent.api import profiling_since_many
from community.kernel.api import (
    Delivery,
    batched,
    each_round,
    giving_way,
    handles_batch,
    lock_lanes,
    members_already_ahead,
    now,
    occurred_at_of,
    replay_of,
    unhandled_facts,
)
from community.members.api import Member
from community.search.api import mark
from crm_bridge.intake.handlers import CONTROL_FACTS, LEARNT_FROM, apply_facts, wipe
from crm_bridge.models import ActiveDay, InterestControl, Profile, Signal
from crm_bridge.profiles.ballots import VOTE, Ballots, Known, ballots_of, counted_alike, without_secret
from crm_bridge.profiles.lifecycle import StageValue, stage_of
from crm_bridge.profiles.weights import Control, InterestValue, SignalValue, interests

REFRESH_AFTER = timedelta(hours=24)
CHUNK = 200
LEARNT_ANEW = 10  # members at once: their lanes are held, and all others on SQLite wait for it
INDEX = "audience"
WORKED_OUT = [field.name for field in Profile._meta.concrete_fields if not field.primary_key]


@handles_batch(*LEARNT_FROM)
def keep_profiles(deliveries: Sequence[Delivery[Any]]) -> None:
    """Learn from a batch of facts and work out the profiles they change.

    A fact that was set aside comes after what followed it, which it must not undo: that member is learnt anew.
    """
    last = {each.fact.member_id: each.event_id for each in deliveries}
    late = members_already_ahead({each.fact.member_id: each.event_id for each in reversed(deliveries)})
    in_order = [each for each in deliveries if each.fact.member_id not in late]
    changed = apply_facts(in_order)
    _catch_up(in_order)
    compute(changed, now=now())
    for member_id in sorted(late):
        relearn_members([member_id], now=now(), upto=last[member_id])


def _catch_up(deliveries: Sequence[Delivery[Any]]) -> None:
    """Where members said more of their interests than the batch holds, say it again: their page is that far already.

    Asked after the batch is taken in, which waits for whoever says something in this moment.
    """
    last = {each.fact.member_id: each.event_id for each in deliveries if isinstance(each.fact, CONTROL_FACTS)}
    if last:
        ahead = [each for each in unhandled_facts(last, CONTROL_FACTS) if each.event_id > last[each.fact.member_id]]
        apply_facts(ahead)


@each_round
def refresh() -> int:
    """Interests fade and stages pass without anybody doing anything: once a day each profile is worked out anew.

    So is it when the results of a vote come, of which the brand's people had nothing before. The members' lanes are
    held meanwhile, so that what another relay delivers in this moment is not written over.
    """
    at = now()
    due = Profile.objects.filter(due_at__lte=at).order_by("due_at")
    ids = list(due.values_list("member_id", flat=True)[:CHUNK])
    if ids:
        with transaction.atomic():
            lock_lanes(ids)
            compute(ids, now=at)
    return len(ids)


def compute(member_ids: Iterable[int], *, now: datetime) -> None:
    """Work profiles out from signals, controls and active days, and have them indexed. Two writes for any number."""
    ids = sorted(set(member_ids) - {0})
    joined = dict(Member.objects.filter(pk__in=ids, erased_at=None).values_list("pk", "joined_at"))
    if gone := [member_id for member_id in ids if member_id not in joined]:
        wipe(gone)  # erased, or a row somebody deleted: a profile that stayed would be stale for ever
    permitted = profiling_since_many(ids)
    signals, controls, days = _signals(permitted), _controls(permitted), _days(permitted)
    ballots = ballots_of(signals.values(), now=now)
    rows = [
        _permitted(
            _profile(member_id, days.get(member_id, []), now),
            Known(signals.get(member_id, []), controls.get(member_id, {})),
            stage_of((row.day for row in days.get(member_id, [])), joined_at=joined_at, now=now),
            ballots=ballots,
        )
        if member_id in permitted
        else _profile(member_id, [], now)
        for member_id, joined_at in joined.items()
    ]
    Profile.objects.bulk_create(rows, update_conflicts=True, unique_fields=["member_id"], update_fields=WORKED_OUT)
    mark(INDEX, ids)


def _signals(ids: Iterable[int]) -> dict[int, list[SignalValue]]:
    columns = ("member_id", "event_id", "keyword", "source", "source_id", "title", "count", "at")
    rows = list(Signal.objects.filter(member_id__in=list(ids)).values_list(*columns))
    # A club counts from the permission on, but was joined when it was.
    clubs = {event_id for _member, event_id, _keyword, source, *_more in rows if source == "club"}
    joined = occurred_at_of(clubs) if clubs else {}
    found: dict[int, list[SignalValue]] = defaultdict(list)
    for member_id, event_id, keyword, source, source_id, title, count, at in rows:
        signal = SignalValue(keyword, source, source_id, title, count, at, joined.get(event_id))
        found[member_id].append(signal)
    return found


def _controls(ids: Iterable[int]) -> dict[int, dict[str, Control]]:
    found: dict[int, dict[str, Control]] = defaultdict(dict)
    for row in InterestControl.objects.filter(member_id__in=list(ids)):
        found[row.member_id][row.keyword] = Control(row.muted, row.weight, row.added_at, row.removed_at)
    return found


class _Day(NamedTuple):
    """A day somebody was active: which, how many acts, the last of them."""

    day: date
    acts: int
    last_at: datetime


def _days(ids: Iterable[int]) -> dict[int, list[_Day]]:
    found: dict[int, list[_Day]] = defaultdict(list)
    rows = ActiveDay.objects.filter(member_id__in=list(ids)).order_by("day")
    for member_id, *day in rows.values_list("member_id", *_Day._fields):
        found[member_id].append(_Day(*day))
    return found


def _profile(member_id: int, days: list[_Day], at: datetime) -> Profile:
    """A profile with the activity of these days, and nothing else."""
    return Profile(
        member_id=member_id,
        last_active_at=max((row.last_at for row in days), default=None),
        active_days=len(days),
        acts=sum(row.acts for row in days),
        computed_at=at,
        due_at=at + REFRESH_AFTER,
    )


def _permitted(profile: Profile, known: Known, stage: StageValue, *, ballots: Ballots) -> Profile:
    """What is known under the permission only."""
    at, known = profile.computed_at, counted_alike(known, ballots.shown)
    profile.interests = [stored(one) for one in interests(*known, now=at)]
    profile.stage, profile.stage_reason = stage.stage, stage.reason
    if told := without_secret(known, ballots.secret):
        profile.staff_interests = [stored(one) for one in interests(*told[0], now=at)]
        profile.due_at = min([profile.due_at, *told[1]])
    return profile


def stored(interest: InterestValue) -> dict[str, Any]:
    """An interest as it is kept and shown: plain JSON values, times as ISO 8601. Of votes also from when they count."""
    return {
        "keyword": interest.keyword,
        "weight": interest.weight,
        "was": interest.was,
        "told": interest.told,
        "muted": interest.muted,
        "reasons": [
            {
                "source": latest.source,
                "source_id": latest.source_id,
                "title": latest.title,
                "count": latest.mentions,
                "times": times,
                "at": (latest.happened_at or latest.at).isoformat(),
                **({"counts_from": latest.at.isoformat()} if latest.source == VOTE else {}),
            }
            for latest, times in interest.reasons
        ],
    }


def rebuild_profiles(*, now: datetime) -> Iterator[int]:
    """Make everything derived anew from the kept facts, some members at a time. Yields how many were made.

    The members' lanes are held meanwhile, so that no relay adds a fact twice; in between others get a turn.
    """
    everybody = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    for member_ids in giving_way(batched(everybody, LEARNT_ANEW)):
        yield relearn_members(member_ids, now=now)


@transaction.atomic
def relearn_members(member_ids: list[int], *, now: datetime, upto: int = 0) -> int:
    """Learn of some members from their kept facts alone, up to one where it is given. Returns how many they are."""
    lock_lanes(member_ids)
    wipe(member_ids)
    said: set[int] = set()
    for batch in batched(replay_of(member_ids, LEARNT_FROM, said=CONTROL_FACTS, upto=upto), CHUNK):
        apply_facts(batch)
        said.update(each.event_id for each in batch if isinstance(each.fact, CONTROL_FACTS))
    # And what they said since this began.
    apply_facts([each for each in unhandled_facts(member_ids, CONTROL_FACTS) if each.event_id not in said])
    compute(member_ids, now=now)
    return len(member_ids)
