"""Saying yes, saying no, and asking whether somebody did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from django.db import models, transaction
from django.utils.translation import gettext as _

from community.consent.enums import Channel, Purpose
from community.consent.facts import ContactPaused, PermissionGranted, PermissionWithdrawn
from community.consent.models import Pause, Permission, PermissionEntry
from community.consent.queries import decided_among
from community.consent.texts import CONTACT_CHANNELS, PURPOSE_CHANNELS
from community.kernel.api import Invalid, batched, contributions, lock_members, publish, publish_many

BATCH = 1000
_KEY = object()


@dataclass(frozen=True)
class Permit:
    """Proof that one member may be contacted for one purpose over one channel. Only this module makes them."""

    member_id: int
    purpose: Purpose
    channel: Channel
    _key: object = None

    def __post_init__(self) -> None:
        """Raise TypeError for a permit made elsewhere."""
        if self._key is not _KEY:
            raise TypeError("a Permit is made by permits_for_many()")


@transaction.atomic
def grant(*, member_id: int, purpose: str, channel: str, text_version: str, source: str, now: datetime) -> None:
    """A member says yes. Again the same yes changes nothing. Raises Invalid for a pair that is not offered."""
    require_offered(purpose, channel)
    lock_members([member_id])
    defaults = {"since": now, "text_version": text_version, "source": source}
    _row, created = Permission.objects.get_or_create(
        member_id=member_id, purpose=purpose, channel=channel, defaults=defaults
    )
    if not created:
        return
    _enter(member_id, purpose, channel, granted=True, text_version=text_version, source=source, now=now)
    publish(PermissionGranted(member_id=member_id, purpose=purpose, channel=channel, source=source), now=now)


class Yes(NamedTuple):
    """One member's yes to one purpose over one channel, and when it was said."""

    member_id: int
    purpose: str
    channel: str
    at: datetime


@transaction.atomic
def grant_many(answers: Iterable[Yes], *, text_version: str, source: str) -> int:
    """Many members say yes: what ``grant`` does, in a few statements. Returns how many of the answers were new.

    Raises Invalid for a pair that is not offered; then nothing is kept, not even the others.
    """
    asked = {(yes.member_id, yes.purpose, yes.channel): yes for yes in reversed(list(answers))}
    for purpose, channel in sorted({key[1:] for key in asked}):
        require_offered(purpose, channel)
    people = {member_id for member_id, _purpose, _channel in asked}
    lock_members(people)
    held = set(Permission.objects.filter(member_id__in=people).values_list("member_id", "purpose", "channel"))
    new = [yes for key, yes in reversed(asked.items()) if key not in held]
    said = {"text_version": text_version, "source": source}
    rows = [Permission(member_id=y.member_id, purpose=y.purpose, channel=y.channel, since=y.at, **said) for y in new]
    Permission.objects.bulk_create(rows, batch_size=BATCH)
    _enter_yeses(rows)
    return len(new)


@transaction.atomic
def date_back(since: Mapping[int, datetime], *, source: str) -> int:
    """Let what members permit by the word of one source alone count from earlier on. Returns how many yeses changed.

    Each is an entry of its own in the ledger. Whoever ever said yes or no elsewhere is left as they are, and nothing
    is dated later.
    """
    lock_members(since)
    held = Permission.objects.filter(member_id__in=list(since), source=source).order_by("pk")
    later = [row for row in held if since[row.member_id] < row.since]
    own = decided_among({row.member_id for row in later}, but=source) if later else set()
    dated = [row for row in later if row.member_id not in own]
    for row in dated:
        row.since = since[row.member_id]
    Permission.objects.bulk_update(dated, ["since"], batch_size=BATCH)
    _enter_yeses(dated)
    return len(dated)


def _enter_yeses(rows: Sequence[Permission]) -> None:
    """Yeses as the ledger has them, and their facts."""
    copied = ("member_id", "purpose", "channel", "text_version", "source")
    PermissionEntry.objects.bulk_create(
        [PermissionEntry(granted=True, at=row.since, **{name: getattr(row, name) for name in copied}) for row in rows],
        batch_size=BATCH,
    )
    told = ("member_id", "purpose", "channel", "source")
    publish_many([(PermissionGranted(**{name: getattr(row, name) for name in told}), row.since) for row in rows])


@transaction.atomic
def withdraw(*, member_id: int, purpose: str, channel: str, source: str, now: datetime) -> None:
    """A member says no. Without a yes before, nothing changes.

    What may not be kept without the yes goes at once, by the slot ``consent.withdrawn(fact, now)``.
    """
    require_offered(purpose, channel)
    lock_members([member_id])
    held = Permission.objects.filter(member_id=member_id, purpose=purpose, channel=channel)
    if not held.delete()[0]:
        return
    _enter(member_id, purpose, channel, granted=False, text_version="", source=source, now=now)
    fact = PermissionWithdrawn(member_id=member_id, purpose=purpose, channel=channel, source=source)
    publish(fact, now=now)
    contributions("consent.withdrawn", fact, now=now)


@transaction.atomic
def pause(*, member_id: int, until: datetime | None, now: datetime) -> None:
    """No contact until then; None ends the pause."""
    lock_members([member_id])
    if until is None:
        Pause.objects.filter(member_id=member_id).delete()
    else:
        Pause.objects.update_or_create(member_id=member_id, defaults={"until": until})
    publish(ContactPaused(member_id=member_id, until=until.isoformat() if until else ""), now=now)


def end_pauses(*, now: datetime) -> int:
    """Forget the pauses that are over. Returns how many.

    Whose they were is told by the slot ``consent.resumed(member_ids)``, in the same transaction.
    """
    over = list(Pause.objects.filter(until__lte=now).order_by("until", "pk").values_list("pk", flat=True))
    for member_ids in batched(over, BATCH):
        with transaction.atomic():
            Pause.objects.filter(pk__in=member_ids, until__lte=now).delete()
            contributions("consent.resumed", member_ids)
    return len(over)


def require_offered(purpose: str, channel: str) -> None:
    """Raise Invalid for a pair of purpose and channel that is not offered."""
    offered = {str(key): {str(one) for one in channels} for key, channels in PURPOSE_CHANNELS.items()}
    if channel not in offered.get(purpose, set()):
        raise Invalid(_("This permission does not exist."), field="permission")


def _enter(
    member_id: int, purpose: str, channel: str, *, granted: bool, text_version: str, source: str, now: datetime
) -> None:
    PermissionEntry(
        member_id=member_id,
        purpose=purpose,
        channel=channel,
        granted=granted,
        text_version=text_version,
        source=source,
        at=now,
    ).save()


def permits_for_many(member_ids: Iterable[int], purpose: str, channel: str, *, now: datetime) -> dict[int, Permit]:
    """The permits to contact members now, by member.

    Nobody's for a purpose that is no contact; those without permission, or in a pause, are left out.
    """
    if purpose not in CONTACT_CHANNELS:
        return {}
    ids = list(member_ids)
    paused = paused_among(ids, now=now)
    wanted = f"{purpose}:{channel}"
    permits = permits_of_many(ids)
    return {
        member_id: Permit(member_id, Purpose(purpose), Channel(channel), _KEY)
        for member_id in ids
        if wanted in permits.get(member_id, frozenset()) and member_id not in paused
    }


def permits_of(member_id: int) -> frozenset[str]:
    """What a member permits, as ``purpose:channel``."""
    return permits_of_many([member_id]).get(member_id, frozenset())


def permits_of_many(member_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """What members permit, as ``purpose:channel``, by member; those who permit nothing are left out."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Permission.objects.filter(member_id__in=list(member_ids)).values_list("member_id", "purpose", "channel")
    for member_id, purpose, channel in rows:
        found[member_id].add(f"{purpose}:{channel}")
    return {member_id: frozenset(permits) for member_id, permits in found.items()}


def paused_among(member_ids: Iterable[int], *, now: datetime) -> frozenset[int]:
    """Those who want no contact now."""
    pauses = Pause.objects.filter(member_id__in=list(member_ids), until__gt=now)
    return frozenset(pauses.values_list("member_id", flat=True))


def pausing_among(member_ids: Iterable[int]) -> frozenset[int]:
    """Those who want no contact now, and those whose pause is over and not ended yet: see ``end_pauses``."""
    pauses = Pause.objects.filter(member_id__in=list(member_ids))
    return frozenset(pauses.values_list("member_id", flat=True))


def paused_until(member_id: int) -> datetime | None:
    """Until when a member wants no contact."""
    return Pause.objects.filter(member_id=member_id).values_list("until", flat=True).first()


def may_profile(member_id: int | None) -> bool:
    """Whether a profile may be kept of this person; never of a guest."""
    return member_id is not None and profiling_since(member_id) is not None


def may_profile_locked(member_id: int) -> bool:
    """Whether a profile may be kept, until the caller's transaction ends.

    A withdrawal in the same moment waits for that, so that it finds what the caller wrote.
    """
    lock_members([member_id])
    return may_profile(member_id)


def profiling_since(member_id: int) -> datetime | None:
    """Since when a profile may be kept of this member."""
    return profiling_since_many([member_id]).get(member_id)


def profiling_since_many(member_ids: Iterable[int]) -> dict[int, datetime]:
    """Since when a profile may be kept of members, by member; those without the permission are left out."""
    held = Permission.objects.filter(member_id__in=list(member_ids), purpose=Purpose.PROFILING)
    return dict(held.values_list("member_id", "since"))


def forget_member(member_id: int) -> None:
    """Erasure: the permissions go, the ledger keeps its entries under a mark that leads to nobody."""
    Permission.objects.filter(member_id=member_id).delete()
    Pause.objects.filter(member_id=member_id).delete()
    mark = token_hex(16)  # says which entries are one person's, and of whom nothing: it is worked out from nothing
    # The ledger refuses changes; taking the person out of it is the one exception.
    entries: models.QuerySet[PermissionEntry] = models.QuerySet(PermissionEntry)
    entries.filter(member_id=member_id).update(member_id=None, erased_mark=mark)
