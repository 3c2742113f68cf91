"""What members permit now against the ledger: the kept rows are its last words, and can be made from it anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from community.consent.facts import PermissionWithdrawn
from community.consent.models import Permission, PermissionEntry
from community.kernel.api import batched, contributions, hold, now, recountable

BATCH = 1000

Key = tuple[int, str, str]


def permission_drift() -> list[str]:
    """Where the current permissions differ from what follows from the ledger."""
    wanted, held = _by_the_ledger(), _held()
    return [
        f"member {key[0]} {key[1]}:{key[2]}: {_said(held, key)} kept, {_said(wanted, key)} in the ledger"
        for key in _different(wanted, held)
    ]


@transaction.atomic
def repair_permissions() -> None:
    """Make the permissions that differ from the ledger anew. Whose they are is told by ``consent.resumed``.

    They are read once more when their members are held: what somebody says meanwhile is their word, no difference.
    """
    people = sorted({key[0] for key in _different(_by_the_ledger(), _held())})
    hold(people)
    wanted = _by_the_ledger(member_id__in=people)
    wrong = _different(wanted, _held(member_id__in=people))
    for member_id, purpose, channel in wrong:
        Permission.objects.filter(member_id=member_id, purpose=purpose, channel=channel).delete()
        if (member_id, purpose, channel) not in wanted:  # what was kept by it goes as with any no
            fact = PermissionWithdrawn(member_id=member_id, purpose=purpose, channel=channel, source="recount")
            contributions("consent.withdrawn", fact, now=now())
    rows = [wanted[key] for key in wrong if key in wanted]
    Permission.objects.bulk_create(rows, batch_size=BATCH)
    for member_ids in batched(sorted({key[0] for key in wrong}), BATCH):
        contributions("consent.resumed", member_ids)


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


def _different(wanted: dict[Key, Permission], held: dict[Key, Permission]) -> list[Key]:
    return sorted(key for key in wanted.keys() | held.keys() if _since(wanted, key) != _since(held, key))


def _said(rows: dict[Key, Permission], key: Key) -> str:
    since = _since(rows, key)
    return f"yes since {since:%Y-%m-%d}" if since else "no"


recountable("consent: permissions", check=permission_drift, repair=repair_permissions)
