"""Members of an import, under names that nobody else bears here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from secrets import token_hex

from community.members.api import (
    Member,
    Newcomer,
    erased_among,
    import_members,
    namesakes,
    passes_for_brand,
    skeleton,
    staff_looks,
)
from forums.importers.common import digest
from forums.models import Imported

LONGEST = 80


def take_people(newcomers: Mapping[str, Newcomer]) -> dict[str, Member]:
    """New members, by whatever they are given by.

    A name that somebody of this site bears or bore until they were erased, or one that looks like it, is never taken:
    the import must not write in their name. Such a newcomer, and one whose very name another imported member has, gets
    a letter behind it. Imported members who only look alike keep their names.

    Nobody is imported under a name by which they would pass for the brand or one of its people. Where no letter helps,
    the username is ``member-`` and their number, or what stands for the name. Such a shown name is left out.
    """
    names = _Names([newcomer.username for newcomer in newcomers.values()])
    members = import_members([names.given(external, newcomer) for external, newcomer in newcomers.items()])
    return dict(zip(newcomers, members, strict=True))


class _Names:
    """The names borne here that matter for some new ones: which look alike, and whether an import brought them."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.taken: dict[str, dict[str, bool]] = {}
        self.erased: set[str] = set()
        self.staff = staff_looks()
        self._ask(wanted)

    def _ask(self, wanted: Sequence[str]) -> None:
        found = namesakes(wanted)
        people = {member_id for alike in found.values() for member_id in alike.values()}
        notes = Imported.objects.filter(kind__in=Imported.PEOPLE, local_id__in=people)
        imported = set(notes.values_list("local_id", flat=True))
        self.erased |= erased_among(wanted)
        for name in wanted:
            alike = self.taken.setdefault(skeleton(name), {})
            alike.update({username: pk in imported for username, pk in found.get(name, {}).items()})

    def given(self, external: str, newcomer: Newcomer) -> Newcomer:
        """The newcomer under the names they get."""
        shown = "" if passes_for_brand(newcomer.name, self.staff) else newcomer.name
        for name in self._attempts(external, newcomer.username):
            alike = self.taken[skeleton(name)]
            free = name not in alike and name not in self.erased and all(alike.values())
            if free and not passes_for_brand(name, self.staff):
                beside = bool(alike)
                alike[name] = True
                return replace(newcomer, username=name, name=shown, beside=beside)
        raise ValueError(f"no free name for {newcomer.username}")

    def _attempts(self, external: str, name: str) -> Iterator[str]:
        yield name
        yield from self._beside(name)
        neutral = f"member-{external if external.isdecimal() else digest(name)[:8]}"[:LONGEST]
        self._ask([neutral])
        yield neutral
        yield from self._beside(neutral)

    def _beside(self, name: str) -> Iterator[str]:
        ends = [*(f"-{letter}" for letter in "abcdefgh"), f"-{token_hex(4)}"]
        names = [name[: LONGEST - len(end)] + end for end in ends]
        self._ask(names)
        yield from names
