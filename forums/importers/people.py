"""Members of an import, under names that nobody else bears here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from secrets import token_hex

from community.members.api import Member, Newcomer, erased_among, import_members, namesakes, skeleton
from forums.models import Imported

LONGEST = 80


def take_people(newcomers: Mapping[str, Newcomer]) -> dict[str, Member]:
    """New members, by whatever they are given by.

    A name that somebody of this site bears or bore until they were erased, or one that looks like it, is never taken:
    the import must not write in their name. Such a newcomer, and one whose very name another imported member has, gets
    a letter behind it. Imported members who only look alike keep their names.
    """
    names = _Names([newcomer.username for newcomer in newcomers.values()])
    members = import_members([names.given(newcomer) for newcomer in newcomers.values()])
    return dict(zip(newcomers, members, strict=True))


class _Names:
    """The names borne here that matter for some new ones: which look alike, and whether an import brought them."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.taken: dict[str, dict[str, bool]] = {}
        self.erased: set[str] = set()
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

    def given(self, newcomer: Newcomer) -> Newcomer:
        """The newcomer under the name they get."""
        for name in self._attempts(newcomer.username):
            alike = self.taken[skeleton(name)]
            if name not in alike and name not in self.erased and all(alike.values()):
                beside = bool(alike)
                alike[name] = True
                return replace(newcomer, username=name, beside=beside)
        raise ValueError(f"no free name for {newcomer.username}")

    def _attempts(self, name: str) -> Iterator[str]:
        yield name
        ends = [*(f"-{letter}" for letter in "abcdefgh"), f"-{token_hex(4)}"]
        names = [name[: LONGEST - len(end)] + end for end in ends]
        self._ask(names)
        yield from names
