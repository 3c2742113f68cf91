"""Asking for an audience: who matches and may be reached; the others only as a number.

An audience is always asked for a purpose and a channel. Who permits it is listed. Who matches without permitting it
is counted, in whole tens, and a count below ten is told as "fewer than ten". Facets are of people who are listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from community.consent.api import PROFILING_PERMIT, permits_for_many, permits_of_many
from community.kernel.api import batched, pages_of
from community.members.api import Member, car_lines
from community.search.api import (
    MAX_WINDOW,
    PageOutOfReach,
    Query,
    all_matching,
    excerpt,
    matches,
    query,
    query_tokens,
)
from crm_bridge.audience.line import Line
from crm_bridge.audience.meant import Words, words_of
from crm_bridge.audience.named import Names, cars_meant
from crm_bridge.audience.ordering import ordered
from crm_bridge.audience.times import JOINED, WINDOWS, growth, in_windows
from crm_bridge.models import Profile
from crm_bridge.profiles.projector import INDEX
from crm_bridge.profiles.queries import Interest, interests_for_staff, stage_label, stage_sentence

FEWEST = 10
PAGE = 20
FIELDS = {"club": "clubs"}
SORTED_BY = {"active": "active_at", "joined": "joined_at", "days": "active_days", "acts": "acts"}
# Facets by the keys their values have in a line, where they are called otherwise.
FACET_KEYS = {
    "interests": "interest",
    "clubs": "club",
    "permits": "permit",
    "active_at": "active",
    "joined_at": "joined",
}
VALUES_SHOWN = 24
ABOUT_SHOWN = 80


@dataclass(frozen=True)
class Person:
    """Somebody found: who they are, why they match, what they may be reached for.

    ``matching``: the interests that were asked for; ``told``: where else the words of the question stand.
    """

    member: Member
    interests: list[Interest]
    matching: list[Interest]
    told: list[str]
    stage: str
    stage_why: str
    permits: frozenset[str]
    car: str
    last_active_at: datetime | None


@dataclass(frozen=True)
class Audience:
    """An answer: ``total`` people who permit the contact, a page of them, facets over all of them.

    ``counted_only``: at least so many more match without permitting it, in tens; None stands for fewer than ten.
    ``growth``: how many of those who may be reached were members at the beginning of each of the last twelve weeks,
    and now.
    """

    line: Line
    total: int
    people: list[Person]
    counted_only: int | None
    facets: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)
    page: int = 1
    size: int = PAGE
    growth: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages there are, as far as can be paged."""
        return _pages(self.total, self.size)


def _pages(total: int, size: int) -> int:
    """How many pages so many people fill, as far as can be paged; one where there is nobody."""
    return min(pages_of(total, size), max(1, MAX_WINDOW // size))


def question(line: Line, *, now: datetime, names: Names | None = None) -> Query:
    """The line as a question to the index, whatever people permit; many with the ``names`` they were read with."""
    ranges: dict[str, tuple[Any, Any]] = {}
    for key, sign, days in line.windows:
        name, edge = SORTED_BY[key], now - timedelta(days=days)
        low, high = ranges.get(name, (None, None))
        ranges[name] = (edge, high) if sign == "<" else (low, edge)
    any_of, none = ({FIELDS.get(k, k): v for k, v in group.items()} for group in (line.any, line.none))
    for group in (any_of, none):
        if "owns" in group:
            group["owns"] = cars_meant(group["owns"], names or Names())
    if line.without:
        none["interests"] = line.without
    words = words_of(line.words, names)
    least = {wanted.code: wanted.least for wanted in line.interests if wanted.least}
    return Query(
        words=tuple(query_tokens(words.rest)),
        either=tuple(term.groups for term in words.terms),
        any=any_of,
        none=none,
        must={"interests": tuple(wanted.code for wanted in line.interests)} if line.interests else {},
        least={"interests": least} if least else {},
        ranges=ranges,
        sort=_sort(line),
        size=1,
    )


def _sort(line: Line) -> str:
    if line.sort.startswith("interest:"):
        code = line.sort.partition(":")[2]
        # Sorted by the engine, nobody without the interest would be found: see ``ordered``.
        return f"-interests:{code}" if any(wanted.code == code for wanted in line.interests) else ""
    if line.sort:
        return ("-" if line.sort.startswith("-") else "") + SORTED_BY[line.sort.lstrip("-")]
    if line.words:
        return ""
    return f"-interests:{line.interests[0].code}" if line.interests else "-active_at"


def permitted(asked: Query, line: Line) -> Query:
    """The question among those who permit the contact."""
    return replace(asked, must={**asked.must, "permits": (":".join(line.permit),)})


def not_permitted(asked: Query, line: Line) -> Query:
    """The question among those who match and do not permit the contact."""
    return replace(asked, none={**asked.none, "permits": (":".join(line.permit),)}, size=1)


def facets_at(now: datetime) -> dict[str, int | tuple[Any, ...]]:
    """The eight facets of the console."""
    end = now + timedelta(days=1)
    return {
        "interests": VALUES_SHOWN,
        "stage": 4,
        "clubs": VALUES_SHOWN,
        "owns": VALUES_SHOWN,
        "language": 2,
        "permits": 30,
        "active_at": (*(now - timedelta(days=days) for days in WINDOWS), end),
        "joined_at": (*(now - timedelta(days=days) for days in JOINED), end),
    }


def audience(line: Line, *, page: int = 1, size: int = PAGE, now: datetime) -> Audience:
    """Who matches. Raises SearchDown and PageOutOfReach.

    Engines sort the first 10,000; on a larger page the others follow in no order that tells anything.
    """
    names, sorted_size = Names(), min(size, MAX_WINDOW)
    asked = question(line, now=now, names=names)
    found = ordered(replace(permitted(asked, line), page=page, size=sorted_size, facets=facets_at(now)), line)
    if page > _pages(found.total, size):
        raise PageOutOfReach(f"page {page} of {size} each")
    others = query(INDEX, not_permitted(asked, line)).total
    ids = [int(member_id) for member_id in found.ids]
    if sorted_size < min(size, found.total):
        ids += islice(_others(ids, line, now=now), size - sorted_size)
    people = [person for part in batched(ids, MAX_WINDOW) for person in people_of(part, line, now=now, names=names)]
    # Who withdrew since the index was written is not listed; the facets still know them, so they wait for the index.
    gone = len(ids) - len(people)
    total, joined = found.total - gone, found.facets["joined_at"]
    facets = {} if gone else _of_contacts({**found.facets, "joined_at": in_windows(joined)})
    grown = [] if gone else growth(joined, total, now=now)
    return Audience(line, total, people, in_tens(others), facets, page, size, grown)


def _others(first: list[int], line: Line, *, now: datetime) -> Iterator[int]:
    """Everybody of an audience but these."""
    known = set(first)
    return (member_id for member_id in everyone(line, now=now) if member_id not in known)


def in_tens(count: int) -> int | None:
    """A number of people nobody may be shown, rounded down to a multiple of ten; None for fewer than ten."""
    return count // FEWEST * FEWEST or None


def _of_contacts(facets: dict[str, list[tuple[Any, int]]]) -> dict[str, list[tuple[Any, int]]]:
    """Facets without the permission to profile, which is none to reach anybody."""
    permits = [(value, count) for value, count in facets["permits"] if value != PROFILING_PERMIT]
    return {**facets, "permits": permits}


def size_of(line: Line, *, now: datetime, names: Names | None = None) -> int:
    """How many people of a line may be reached. Raises SearchDown."""
    return query(INDEX, permitted(question(line, now=now, names=names), line)).total


def everyone(line: Line, *, now: datetime) -> Iterator[int]:
    """All members of an audience, in no order that tells anything. Raises SearchDown."""
    for member_id in all_matching(INDEX, replace(permitted(question(line, now=now), line), sort="")):
        yield int(member_id)


def everyone_in_order(line: Line, *, now: datetime) -> Iterator[int]:
    """All members of an audience as it is listed: the first 10,000, and then the others as ``everyone`` has them.

    Raises SearchDown.
    """
    found = ordered(replace(permitted(question(line, now=now), line), size=MAX_WINDOW), line)
    first = [int(member_id) for member_id in found.ids]
    yield from first
    if found.total > len(first):
        yield from _others(first, line, now=now)


def people_of(member_ids: list[int], line: Line, *, now: datetime, names: Names | None = None) -> list[Person]:
    """Members for a list, checked once more: who withdrew or was deactivated since it was indexed is left out."""
    permits_now = permits_for_many(member_ids, *line.permit, now=now)
    kept = [member_id for member_id in member_ids if member_id in permits_now]
    members = Member.objects.filter(erased_at=None, is_staff=False, is_active=True).in_bulk(kept)
    permits, cars = permits_of_many(kept), car_lines(kept)
    profiles = Profile.objects.in_bulk([pk for pk in kept if PROFILING_PERMIT in permits[pk]])
    interests = interests_for_staff(profiles.values())
    names = names or Names()
    words = words_of(line.words, names)
    asked = {wanted.code for wanted in line.interests} | words.codes | _named(words.plain, names)
    return [
        _person(
            members[member_id],
            profiles.get(member_id),
            interests.get(member_id, []),
            permits[member_id],
            cars.get(member_id, ""),
            words=words,
            asked=asked,
        )
        for member_id in kept
        if member_id in members
    ]


def _person(
    member: Member,
    profile: Profile | None,
    found: list[Interest],
    permits: frozenset[str],
    car: str,
    *,
    words: Words,
    asked: set[str],
) -> Person:
    shown = [interest for interest in found if not interest.muted]
    contacts = permits - {PROFILING_PERMIT}
    told = _told(member, words)
    matching = [interest for interest in shown if interest.code in asked] or ([] if told else shown[:2])
    last = profile.last_active_at if profile else None
    return Person(member, shown, matching, told, stage_label(profile), stage_sentence(profile), contacts, car, last)


def _named(words: list[str], names: Names) -> set[str]:
    """The keywords in whose names, in either language, one of the words stands."""
    known = names.vocabulary.keywords.values() if words else ()
    return {keyword.code for keyword in known if any(matches(f"{keyword.name_en}\n{keyword.name_zh}", words))}


def _told(member: Member, words: Words) -> list[str]:
    """Where the words of a question stand in what somebody says of themselves."""
    found = []
    names = f"{member.shown_name} {member.username}"
    if any(matches(names, words.seen_in(names))):
        found.append(_("Is called that"))
    there = words.seen_in(member.about)
    if any(matches(member.about, there)):
        about = excerpt(member.about, there, length=ABOUT_SHOWN)
        found.append(_("Writes on their space: “%(text)s”") % {"text": about})
    return found
