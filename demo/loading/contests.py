"""The two contests: one is being voted on, one has its results."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community.members.api import Role
from demo.content import picture, rows
from demo.loading.cast import Cast, Person
from demo.loading.places import make_brief
from demo.loading.timeline import Timeline
from ideas.api import Contest, Idea, advance_contests, cast_vote, decide, open_contest, submit_idea

TURNOUT = 0.72


@dataclass
class Entry:
    """An idea as planned."""

    values: dict[str, Any]
    author: Person
    idea: Idea | None = None


class Contests:
    """Plans contests on a timeline."""

    def __init__(self, cast: Cast, chance: random.Random, *, now: datetime) -> None:
        self.cast, self.chance, self.now = cast, chance, now

    def plan(self, timeline: Timeline) -> None:
        """Opening, phases as they come, ideas, votes, decisions."""
        for values in rows("community", "contest"):
            phases = {kind: self._day(days) for kind, days in values["phases"]}
            timeline.at(min(phases.values()) - timedelta(days=2), self._open(values, phases))
            for at in phases.values():
                if at <= self.now:
                    timeline.at(at, lambda now: advance_contests(now=now))
            entries = [Entry(idea, self.cast.named(idea["author"])) for idea in values["idea"]]
            self._plan_ideas(values["slug"], entries, phases, timeline)
            self._plan_votes(entries, phases, timeline)
            self._plan_decisions(entries, phases, timeline)

    def _day(self, days: int) -> datetime:
        """Phases change at eight in the morning."""
        return (self.now + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)

    def _between(self, start: datetime, end: datetime) -> datetime:
        return start + (min(end, self.now) - start) * self.chance.uniform(0.02, 0.98)

    def _open(self, values: dict[str, Any], phases: dict[str, datetime]) -> Any:
        manager = self.cast.with_role(Role.BRAND_MANAGER)

        def act(now: datetime) -> None:
            open_contest(
                actor=manager.member,
                slug=values["slug"],
                title_en=values["title_en"],
                title_zh=values["title_zh"],
                phases=list(phases.items()),
                now=now,
            )
            make_brief(values)

        return act

    def _plan_ideas(self, slug: str, entries: list[Entry], phases: dict[str, datetime], timeline: Timeline) -> None:
        times = sorted(self._between(phases["submission"], phases["voting"]) for _entry in entries)
        for entry, at in zip(entries, times, strict=True):
            timeline.at(at, self._submit(slug, entry))

    def _submit(self, slug: str, entry: Entry) -> Any:
        def submit(now: datetime) -> None:
            contest = Contest.objects.get(slug=slug)
            drawn = entry.values.get("picture")
            entry.idea = submit_idea(
                author=entry.author.member,
                contest=contest,
                title=entry.values["title"],
                source=entry.values["text"],
                picture=picture(drawn) if drawn else None,
                now=now,
            )

        return submit

    def _plan_votes(self, entries: list[Entry], phases: dict[str, datetime], timeline: Timeline) -> None:
        """Most who are around vote, for an idea in their language rather than in the other."""
        for person in self.cast.members:
            at = self._between(phases["voting"], phases["decision"])
            if person not in self.cast.around(at) or self.chance.random() > TURNOUT:
                continue
            choices = [entry for entry in entries if entry.author is not person]
            weights = [self._appeal(entry, rank, person) for rank, entry in enumerate(choices)]
            timeline.at(at, self._vote(self.chance.choices(choices, weights)[0], person))

    def _appeal(self, entry: Entry, rank: int, person: Person) -> float:
        adopted = 2.5 if entry.values.get("decision") == "adopted" else 1.0
        return adopted * (2.0 if entry.author.language == person.language else 1.0) / (1 + rank * 0.3)

    def _vote(self, entry: Entry, person: Person) -> Any:
        def vote(now: datetime) -> None:
            if entry.idea is not None:
                cast_vote(voter=person.member, idea=entry.idea, now=now)

        return vote

    def _plan_decisions(self, entries: list[Entry], phases: dict[str, datetime], timeline: Timeline) -> None:
        for number, entry in enumerate(entries):
            if entry.values.get("decision"):
                timeline.at(phases["decision"] + timedelta(days=3, hours=number), self._decide(entry))

    def _decide(self, entry: Entry) -> Any:
        manager = self.cast.with_role(Role.BRAND_MANAGER)
        values = entry.values

        def act(now: datetime) -> None:
            if entry.idea is not None:
                decide(
                    actor=manager.member,
                    idea=entry.idea,
                    decision=values["decision"],
                    reason_en=values["reason_en"],
                    reason_zh=values["reason_zh"],
                    now=now,
                )

        return act
