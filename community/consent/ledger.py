"""What members permit now against the ledger: the kept rows are its last words, and can be made from it anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction

from community.consent.enums import Purpose
from community.consent.facts import PermissionWithdrawn
from community.consent.models import Permission, PermissionEntry
from community.kernel.api import batched, contributions, giving_way, lock_lanes, lock_members, now, recountable

CHUNK = 10  # members held at once: what they did may be learnt anew meanwhile
SAID = ("since", "text_version", "source")

Key = tuple[int, str, str]


def permission_drift() -> list[str]:
    """Where the current permissions differ from what follows from the ledger."""
    wanted, held = _by_the_ledger(), _held()
    return [
        f"member {key[0]} {key[1]}:{key[2]}: {_said(held, key)} kept, {_said(wanted, key)} in the ledger"
        for key in _different(wanted, held)
    ]


def repair_permissions() -> Iterator[int]:
    """Make the permissions that differ from the ledger anew, some members at a time. Yields how many differed.

    Whose they are is told by ``consent.resumed``, and who permits a profile anew by ``consent.repaired``: what they
    did while the yes was lost counts.
    """
    at = now()
    wrong = sorted({key[0] for key in _different(_by_the_ledger(), _held())})
    for member_ids in giving_way(batched(wrong, CHUNK)):
        yield _repaired(member_ids, at=at)


@transaction.atomic
def _repaired(member_ids: list[int], *, at: datetime) -> int:
    """How many permissions of these members differed. What follows from them follows in the same transaction.

    They are read once more when their members are held: what somebody says meanwhile is their word, no difference.
    """
    lock_lanes(member_ids)  # as a relay does before it holds members: learning anew waits for them as well
    lock_members(member_ids)
    wanted = _by_the_ledger(member_id__in=member_ids)
    held = _held(member_id__in=member_ids)
    wrong = _different(wanted, held)
    for member_id, purpose, channel in wrong:
        Permission.objects.filter(member_id=member_id, purpose=purpose, channel=channel).delete()
        if (member_id, purpose, channel) not in wanted:  # what was kept by it goes as with any no
            fact = PermissionWithdrawn(member_id=member_id, purpose=purpose, channel=channel, source="recount")
            contributions("consent.withdrawn", fact, now=at)
    Permission.objects.bulk_create([wanted[key] for key in wrong if key in wanted])
    contributions("consent.resumed", sorted({key[0] for key in wrong}))
    made = [wanted[key] for key in wrong if key in wanted and _since(wanted, key) != _since(held, key)]
    if learnt := sorted({row.member_id for row in made if row.purpose == Purpose.PROFILING}):
        contributions("consent.repaired", learnt)
    return len(wrong)


def _by_the_ledger(**those: Any) -> dict[Key, Permission]:
    """The permissions that follow from the ledger: of each unbroken row of yeses the wording and place of the first.

    A yes that is dated back is one more yes, of an earlier day.
    """
    found: dict[Key, Permission] = {}
    entries = PermissionEntry.objects.exclude(member_id=None).filter(**those).order_by("pk")
    for entry in entries.iterator():
        key = entry.member_id or 0, entry.purpose, entry.channel
        if not entry.granted:
            found.pop(key, None)
        elif key in found:
            found[key].since = min(found[key].since, entry.at)
        else:
            found[key] = Permission(
                member_id=key[0],
                purpose=entry.purpose,
                channel=entry.channel,
                since=entry.at,
                text_version=entry.text_version,
                source=entry.source,
            )
    return found


def _held(**those: Any) -> dict[Key, Permission]:
    rows = Permission.objects.filter(**those)
    return {(row.member_id, row.purpose, row.channel): row for row in rows.iterator()}


def _since(rows: dict[Key, Permission], key: Key) -> datetime | None:
    return rows[key].since if key in rows else None


def _values(rows: dict[Key, Permission], key: Key) -> tuple[Any, ...]:
    return attrgetter(*SAID)(rows[key]) if key in rows else ()


def _different(wanted: dict[Key, Permission], held: dict[Key, Permission]) -> list[Key]:
    return sorted(key for key in wanted.keys() | held.keys() if _values(wanted, key) != _values(held, key))


def _said(rows: dict[Key, Permission], key: Key) -> str:
    row = rows.get(key)
    return f"yes since {row.since:%Y-%m-%d} (wording {row.text_version}, {row.source})" if row else "no"


recountable("consent: permissions", check=permission_drift, repair=repair_permissions)
