"""What every importer needs: batches, names nobody bears here, permissions for demonstrations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from community.consent.api import PURPOSE_CHANNELS, VERSION, grant, history
from community.members.api import Member, import_member
from forums.models import Imported

BATCH = 200
GRANT_SOURCE = "demo import"
GRANT_WARNING = (
    "--grant-all-for-demo: every imported member is given every permission, dated at their joining. "
    "Nobody really agreed to this. Use it on demonstration sites only."
)
ItemT = TypeVar("ItemT")


def batched(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """The items in lists of at most so many."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


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


def grant_all(member: Member, *, now: datetime) -> None:
    """Every permission there is, for demonstrations only. Whoever ever said yes or no here is never overruled."""
    if history(member.pk):
        return
    for purpose, channels in PURPOSE_CHANNELS.items():
        for channel in channels:
            grant(
                member_id=member.pk,
                purpose=purpose,
                channel=channel,
                text_version=VERSION,
                source=GRANT_SOURCE,
                now=now,
            )
