"""Topics, replies, reactions, best answers; who quotes and mentions whom; who has read what."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community.kernel.markup import quote
from community.members.api import Role
from demo.content import picture, rows
from demo.loading.cast import Cast, Person
from demo.loading.places import board_of
from demo.loading.timeline import Timeline
from demo.rhythm import Rhythm
from forums.api import (
    Board,
    Post,
    Topic,
    choose_best_answer,
    mark_board_read,
    mark_read,
    open_topic,
    react,
    store_picture,
    write_post,
)

LANGUAGES = {"topics.en": "en", "topics.zh": "zh-hans"}
OLD_EVERY, OLD_DAYS = 8, (48, 78)
FRESH = ("Sognefjellet before the snow", "Winter set for the 4 Touring", "4旅行版冬季胎", "独库公路什么时候")
UNANSWERED_DAYS = (4, 0.7)
WAITING_DAYS = 30
QUOTES, MENTIONS = 0.14, 0.34
NAMING = 0.5  # the other half of the brand's answers names who asked
SAME = 0.4  # the others find it useful
STAFF_PREFIX, AUTHOR_PREFIX = "STAFF:", "OP:"


@dataclass
class Line:
    """A post to be written: by whom, when, what, and what it answers."""

    author: Person
    at: datetime
    text: str
    quotes: bool = False
    mentions: Person | None = None
    post: Post | None = None

    @property
    def official(self) -> bool:
        """Whether the brand speaks."""
        return self.author.role is not None


@dataclass
class Conversation:
    """A topic as planned; the rows appear while it is played."""

    title: str
    board: str
    language: str
    lines: list[Line]
    best: int = 0
    picture: str = ""
    tags: tuple[str, ...] = ()
    topic: Topic | None = None

    def open(self, now: datetime) -> None:
        """Open the topic with its first line, and the picture where there is one."""
        first = self.lines[0]
        source, author = first.text, first.author.member
        if self.picture:
            kept = store_picture(member=author, file=picture(self.picture), now=now)
            source = f"{source}\n\n![]({kept.file.url})"
        board = board_of(self.board)
        self.topic = open_topic(author=author, board=board, title=self.title, source=source, tags=self.tags, now=now)
        first.post = self.topic.posts.get(number=1)

    def write(self, number: int, now: datetime) -> None:
        """Write the reply of that number, with whom it mentions and what it quotes."""
        line, before = self.lines[number], self.lines[number - 1]
        text = line.text
        if line.mentions:
            text = f"@{line.mentions.username} {text}"
        if line.quotes and before.post:
            text = quote(before.author.entry["name"], before.post.pk, first_sentence(before.text)) + text
        line.post = write_post(author=line.author.member, topic=self._topic(), source=text, now=now)

    def react(self, number: int, person: Person, kind: str, now: datetime) -> None:
        """Somebody finds a post useful, or has the same."""
        post = self.lines[number].post
        if post is not None:
            react(member=person.member, post=post, kind=kind, now=now)

    def choose(self, now: datetime) -> None:
        """The one who asked marks the best answer."""
        post = self.lines[self.best].post
        if post is not None:
            choose_best_answer(member=self.lines[0].author.member, post=post, now=now)

    def read(self, person: Person, until: datetime, now: datetime) -> None:
        """Read as far as it went until then."""
        number = sum(line.at <= until for line in self.lines)
        mark_read(reader=person.member, topic=self._topic(), number=number, now=now)

    def _topic(self) -> Topic:
        if self.topic is None:
            raise LookupError(f"“{self.title}” is not open yet")
        return self.topic


def first_sentence(text: str) -> str:
    """The beginning of a text, as one quotes it."""
    line = text.strip().splitlines()[0]
    for mark in (". ", "。", "? ", "？"):
        head, found, _rest = line.partition(mark)
        if found:
            return f"{head}{found.strip()}"
    return line


class Conversations:
    """Plans all conversations on a timeline."""

    def __init__(self, cast: Cast, rhythm: Rhythm, chance: random.Random) -> None:
        self.cast, self.rhythm, self.chance = cast, rhythm, chance
        self.all = [talk for talk in self._planned() if talk]

    def _planned(self) -> Iterator[Conversation]:
        for name, language in LANGUAGES.items():
            for number, entry in enumerate(rows(name, "topic")):
                yield self._conversation(entry, language, number)

    def _conversation(self, entry: dict[str, Any], language: str, number: int) -> Conversation:
        at = self._begin(entry, number)
        text = entry["body"].strip()
        subject = f"{entry['title']} {text}"
        author, at = self._present(at, language=language, board=entry["board"], text=subject)
        talk = Conversation(
            entry["title"],
            entry["board"],
            language,
            [Line(author, at, text)],
            best=entry.get("best", 0),
            picture=entry.get("picture", ""),
            tags=tuple(entry["tags"]),
        )
        for reply in entry["replies"]:
            self._reply(talk, reply)
        return talk

    def _begin(self, entry: dict[str, Any], number: int) -> datetime:
        if entry["title"].startswith(FRESH):
            return self.rhythm.somewhen(earliest_days=1.6, latest_days=0.6)
        if not entry["replies"]:
            return self.rhythm.somewhen(earliest_days=UNANSWERED_DAYS[0], latest_days=UNANSWERED_DAYS[1])
        if number % OLD_EVERY == 0:
            return self.rhythm.somewhen(earliest_days=OLD_DAYS[1], latest_days=OLD_DAYS[0])
        return self.rhythm.somewhen(earliest_days=35, latest_days=0.4)

    def _reply(self, talk: Conversation, text: str) -> None:
        before = talk.lines[-1]
        at = self.rhythm.soon_after(before.at)
        author, text, at = self._speaker(talk, text, at)
        answers = self.chance.random()
        other = before.author is not author and len(talk.lines) > 1
        line = Line(author, at, text)
        line.quotes = other and answers < QUOTES
        if other and QUOTES <= answers < MENTIONS:
            line.mentions = before.author
        elif line.official and answers > NAMING:
            line.mentions = talk.lines[0].author
        talk.lines.append(line)

    def _speaker(self, talk: Conversation, text: str, at: datetime) -> tuple[Person, str, datetime]:
        first = talk.lines[0].author
        if text.startswith(AUTHOR_PREFIX):
            return first, text.removeprefix(AUTHOR_PREFIX).strip(), at
        if text.startswith(STAFF_PREFIX):
            agent = self.cast.with_role(Role.SERVICE_AGENT, talk.language)
            return agent, text.removeprefix(STAFF_PREFIX).strip(), at
        spoken = {line.author.username for line in talk.lines}
        subject = f"{talk.title} {text}"
        choice = {"language": talk.language, "board": talk.board, "text": subject}
        author = self.cast.somebody(at, **choice, but=spoken)
        if author is None:
            author, at = self._present(at, **choice, but={first.username})
        return author, text, at

    def _present(self, at: datetime, **choice: Any) -> tuple[Person, datetime]:
        """Who speaks, and when: in the first weeks a text may have to wait until somebody has joined."""
        for days in range(WAITING_DAYS):
            author = self.cast.somebody(at + timedelta(days=days), **choice)
            if author is not None:
                return author, at + timedelta(days=days)
        raise LookupError(f"nobody is there for “{choice['text']}”")

    def plan(self, timeline: Timeline) -> None:
        """Put everything on the timeline."""
        for talk in self.all:
            timeline.at(talk.lines[0].at, talk.open)
            for number in range(1, len(talk.lines)):
                timeline.at(talk.lines[number].at, self._write(talk, number))
            for number in range(len(talk.lines)):
                self._plan_reactions(talk, number, timeline)
            if talk.best:
                timeline.at(self.rhythm.soon_after(talk.lines[talk.best].at), talk.choose)
        self._plan_reading(timeline)

    def _write(self, talk: Conversation, number: int) -> Any:
        return lambda now: talk.write(number, now)

    def _plan_reactions(self, talk: Conversation, number: int, timeline: Timeline) -> None:
        line = talk.lines[number]
        liked = line.official or number == talk.best
        many = self.chance.randint(4, 11) if liked and number else self.chance.choice((0, 0, 1, 1, 2, 3, 5))
        done: set[tuple[str, str]] = set()
        for _turn in range(many):
            at = self.rhythm.soon_after(line.at)
            someone = self.cast.somebody(
                at, language=talk.language, board=talk.board, text=talk.title, but={line.author.username}
            )
            kind = "same" if number == 0 and self.chance.random() < SAME else "useful"
            if someone and (someone.username, kind) not in done:
                done.add((someone.username, kind))
                timeline.at(at, self._react(talk, number, someone, kind))

    def _react(self, talk: Conversation, number: int, person: Person, kind: str) -> Any:
        return lambda now: talk.react(number, person, kind, now)

    def _plan_reading(self, timeline: Timeline) -> None:
        """Everybody has read their boards up to some day; what came later is new to them."""
        boards = list(dict.fromkeys(talk.board for talk in self.all))
        for person in self.cast.members:
            days = 1.3 if person.looked_at else self.chance.uniform(0.5, 6)
            until = max(person.since, min(person.until, self.rhythm.now - timedelta(days=days)))
            for slug in boards:
                timeline.at(self.rhythm.now, self._read_board(person, slug, until))
            for talk in self.all:
                if talk.lines[0].at <= until < talk.lines[-1].at:
                    timeline.at(self.rhythm.now, self._read(talk, person, until))

    def _read_board(self, person: Person, slug: str, until: datetime) -> Any:
        def read(now: datetime) -> None:
            board: Board = board_of(slug)
            mark_board_read(reader=person.member, board=board, now=until)

        return read

    def _read(self, talk: Conversation, person: Person, until: datetime) -> Any:
        return lambda now: talk.read(person, until, now)
