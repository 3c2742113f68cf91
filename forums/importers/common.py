"""What every importer needs: batches, ids, names nobody bears here, permissions for demonstrations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from community.consent.api import PURPOSE_CHANNELS, VERSION, Yes, decided_among, grant_many
from community.members.api import Member, import_member
from forums.models import Imported

BATCH = 200
LONGEST_ID = 80
GRANT_SOURCE = "demo import"
GRANT_WARNING = (
    "--grant-all-for-demo: every imported member is given every permission, dated at their joining. "
    "Nobody really agreed to this. Use it on demonstration sites only."
)
ItemT = TypeVar("ItemT")


class Unreadable(ValueError):
    """A file that cannot be taken over; the message says why."""


def batched(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """The items in lists of at most so many."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def digest(*parts: str) -> str:
    """Sixteen characters that stand for some texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def short(external_id: str) -> str:
    """The id of a thing elsewhere, or what stands for one too long to keep."""
    return external_id if len(external_id) <= LONGEST_ID else digest(external_id)


def taken_over(source: str, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
    """Which of these things were taken over already, and as what."""
    found = Imported.objects.filter(source=source, kind=kind, external_id__in=set(external_ids))
    return dict(found.values_list("external_id", "local_id"))


def free_member(username: str, *, kind: str, name: str, joined_at: datetime, about: str = "", language: str) -> Member:
    """An imported member under this name or the next free one.

    A name that somebody of this site bears is never taken over: the import must not write in their name. ``kind`` is
    the kind of ``Imported`` that members of the import have.
    """
    taken = Imported.objects.filter(kind=kind)
    for attempt in ("", *(f"-{letter}" for letter in "abcdefgh"), f"-{token_hex(4)}"):
        member = import_member(
            username=username + attempt, name=name, joined_at=joined_at, about=about, language=language
        )
        ours = not member.has_usable_password() and member.joined_at == joined_at
        if ours and not taken.filter(local_id=member.pk).exists():
            return member
    raise ValueError(f"no free name for {username}")


def grant_all(since: Mapping[int, datetime]) -> None:
    """Every permission there is to members, from a time on; for demonstrations only.

    Whoever ever said yes or no here is never overruled.
    """
    decided = decided_among(since)
    pairs = [(str(purpose), str(channel)) for purpose, channels in PURPOSE_CHANNELS.items() for channel in channels]
    asked = {member_id: at for member_id, at in since.items() if member_id not in decided}
    answers = [Yes(member_id, *pair, at) for member_id, at in asked.items() for pair in pairs]
    grant_many(answers, text_version=VERSION, source=GRANT_SOURCE)
