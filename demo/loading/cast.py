"""The people of the demo: when each of them is around, and who would say what."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from community.consent.api import VERSION, grant, pause, withdraw
from community.kernel.api import Invalid
from community.members.api import (
    CarEntry,
    Member,
    Role,
    change_space,
    declare_keywords,
    give_role,
    register,
    set_garage,
)
from demo.content import read, rows
from demo.loading.accounts import CHINESE_MEMBER
from demo.loading.timeline import Timeline

BRAND = "Norling"
FOUNDED_DAYS = 90
# Of every nine members one came lately (by turns last night and this week), one drops in now and then, one has gone
# quiet: every stage of the Workbench has somebody in it. The first nine host clubs and are steady.
NEWCOMERS, OCCASIONAL, QUIET, OF = 1, 6, 8, 9
NOW_AND_THEN, LIVELY = 0.1, 3.0
IN_THE_CLUB, KNOWS_THE_SUBJECT = 6.0, 5.0

# What people say when they are asked, in turn. Two thirds allow both a profile and product news by e-mail.
ANSWERS: tuple[tuple[str, ...], ...] = (
    ("profiling:onsite", "product_news:email"),
    ("profiling:onsite", "product_news:email", "research:onsite", "service:email"),
    (),
    ("profiling:onsite", "product_news:email", "offers:email", "service:onsite"),
    ("profiling:onsite", "product_news:email", "product_news:push"),
    ("profiling:onsite",),
    ("profiling:onsite", "product_news:email", "offers:email", "offers:dealer"),
    ("product_news:email",),
    ("profiling:onsite", "product_news:email", "partners:email", "research:email"),
)
PAUSING = (4, 22, 40)
CHANGED_THEIR_MIND = {13: "product_news:email", 33: "profiling:onsite"}


@dataclass
class Person:
    """Somebody of the demo. ``since`` and ``until`` bound what they do; ``liveliness`` weighs how much, 1 is usual.

    Visitors of the demo sign in as those who are ``looked_at``.
    """

    entry: dict[str, Any]
    number: int
    since: datetime
    until: datetime
    liveliness: float
    permits: tuple[str, ...] = ()
    looked_at: bool = False
    role: Role | None = None
    _member: Member | None = field(default=None, repr=False)

    @property
    def username(self) -> str:
        """The user name they sign in with."""
        return str(self.entry["username"])

    @property
    def language(self) -> str:
        """The language they read: ``en`` or ``zh-hans``."""
        return str(self.entry["language"])

    @property
    def clubs(self) -> list[str]:
        """Slugs of the clubs they join."""
        return list(self.entry.get("clubs", []))

    @property
    def keywords(self) -> list[str]:
        """What they say they care about."""
        return list(self.entry.get("keywords", []))

    @property
    def email(self) -> str:
        """An address that reaches nobody."""
        name = self.username if self.username.isascii() else f"member{self.number}"
        return f"{name}@example.org"

    @property
    def member(self) -> Member:
        """The account. Raises LookupError before they joined."""
        if self._member is None:
            raise LookupError(f"{self.username} has not joined yet")
        return self._member

    def join(self, now: datetime) -> None:
        """Sign up. The password follows for all at once: hashing it for each would take half a minute."""
        try:
            self._member = register(
                username=self.username,
                email=self.email,
                password=None,
                name=self.entry["name"],
                language=self.language,
                now=now,
            )
        except Invalid as error:
            raise Invalid(f"{self.username}: {error}") from error
        if self.role:
            give_role(member=self._member, role=self.role, title=self.entry["title"], title_zh=self.entry["title_zh"])

    def answer(self, now: datetime) -> None:
        """Say yes to what they allow."""
        for permit in self.permits:
            purpose, _, channel = permit.partition(":")
            grant(
                member_id=self.member.pk,
                purpose=purpose,
                channel=channel,
                text_version=VERSION,
                source="welcome",
                now=now,
            )

    def introduce(self, now: datetime) -> None:
        """Fill in the space, the keywords and the garage."""
        about = self.entry.get("about", "")  # people of the brand have a title
        change_space(member=self.member, name=self.entry["name"], about=about, language=self.language, now=now)
        if self.keywords:
            declare_keywords(member=self.member, keywords=self.keywords, now=now)
        cars = [CarEntry(BRAND, car["model"], car["year"]) for car in self.entry.get("cars", [])]
        if cars:
            set_garage(member=self.member, cars=cars, now=now)

    def withdraw(self, permit: str, now: datetime) -> None:
        """Take a yes back."""
        purpose, _, channel = permit.partition(":")
        withdraw(member_id=self.member.pk, purpose=purpose, channel=channel, source="mirror", now=now)


class Cast:
    """Everybody, and the choice of who does something."""

    def __init__(self, *, now: datetime, chance: random.Random) -> None:
        self.now = now
        self.chance = chance
        founded = now - timedelta(days=FOUNDED_DAYS)
        inventors = {idea["author"] for contest in rows("community", "contest") for idea in contest["idea"]}
        self.members = [
            self._member(entry, number, steady=number < OF or entry["username"] in {*inventors, CHINESE_MEMBER})
            for number, entry in enumerate(rows("members", "member"))
        ]
        self.staff = [
            Person(entry, 900 + number, founded, now, 1.0, role=Role(entry["role"]))
            for number, entry in enumerate(rows("members", "staff"))
        ]

    def _member(self, entry: dict[str, Any], number: int, *, steady: bool) -> Person:
        days = self.chance.uniform
        habit = -1 if steady else number % OF
        if habit == NEWCOMERS:
            since, until = days(4, 7) if number // OF % 2 else days(0.4, 0.9), 0.0
        elif habit == QUIET:
            since, until = days(80, 86), days(48, 60)
        else:
            since, until = days(50, 74), 0.0
        liveliness = NOW_AND_THEN if habit == OCCASIONAL else self.chance.paretovariate(1.6)
        looked_at = number == 0 or entry["username"] == CHINESE_MEMBER
        return Person(
            entry,
            number,
            self.now - timedelta(days=since),
            self.now - timedelta(days=until),
            LIVELY if looked_at else min(liveliness, 6.0),
            permits=ANSWERS[number % len(ANSWERS)],
            looked_at=looked_at,
        )

    def named(self, username: str) -> Person:
        """The person with this username."""
        return next(person for person in (*self.members, *self.staff) if person.username == username)

    def with_role(self, role: Role, language: str = "") -> Person:
        """Somebody of the brand, in this language where there is one."""
        found = [person for person in self.staff if person.role == role]
        return next((person for person in found if person.language == language), found[0])

    def around(self, at: datetime, *, language: str = "") -> list[Person]:
        """Members who had joined by then and were still there."""
        rested = at - timedelta(hours=1)
        return [
            person
            for person in self.members
            if person.since < rested and at <= person.until and language in {"", person.language}
        ]

    def somebody(
        self, at: datetime, *, language: str, board: str, text: str, but: Collection[str] = ()
    ) -> Person | None:
        """A member who might have written this then; None where nobody is left."""
        people = [person for person in self.around(at, language=language) if person.username not in but]
        weights = [self._fit(person, board, text.casefold()) for person in people]
        return self.chance.choices(people, weights)[0] if people else None

    def _fit(self, person: Person, board: str, text: str) -> float:
        club = IN_THE_CLUB if board in person.clubs else 1.0
        knows = KNOWS_THE_SUBJECT if any(word.casefold() in text for word in person.keywords) else 1.0
        return person.liveliness * club * knows

    def plan(self, timeline: Timeline) -> None:
        """Everybody signs up, answers what they are asked, and introduces themselves."""
        for person in (*self.staff, *self.members):
            timeline.at(person.since, person.join)
            timeline.at(person.since + timedelta(minutes=1), person.answer)
            timeline.at(person.since + timedelta(minutes=4), person.introduce)
        for number in PAUSING:
            timeline.at(self.now - timedelta(days=3, hours=number), self._pause(self.members[number]))
        for number, permit in CHANGED_THEIR_MIND.items():
            timeline.at(self.now - timedelta(days=6, hours=number), self._withdraw(self.members[number], permit))

    def _pause(self, person: Person) -> Any:
        until = self.now + timedelta(days=20)
        return lambda now: pause(member_id=person.member.pk, until=until, now=now)

    def _withdraw(self, person: Person, permit: str) -> Any:
        return lambda now: person.withdraw(permit, now)


def searches(language: str) -> list[str]:
    """What people of a language look for."""
    return list(read("community")["searches"]["en" if language == "en" else "zh"])
