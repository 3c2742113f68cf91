"""Comments from a table (CSV): each becomes a topic of one post by its author.

Every batch and the notes of what was taken over are written in one transaction, so an import that was cut off goes on
where it stopped and a second run changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from community.kernel import markup
from community.kernel.api import batched, giving_way, visible
from community.kernel.plain import language_of
from community.members.api import Member, Newcomer
from forums.importers.common import BATCH, Unreadable, alone, digest, grant_all, note, short, taken_over
from forums.importers.markdown import from_text
from forums.importers.people import take_people
from forums.importers.table import Comment, Table
from forums.models import Board, Post, Topic
from forums.services import open_topic

LONGEST_TITLE, LONGEST_USERNAME = 60, 80
PEOPLE = "comments"  # an author is the same person in every board that comments are imported into
SENTENCE_END = re.compile(r"[。！？!?；;…\n]|\.\s")
CLAUSE_END = re.compile(r"[，,、：:\s]")

Progress = Callable[[Iterable[Comment], str, int | None], Iterable[Comment]]


def title_of(content: str) -> str:
    """The first sentence, or as many of its clauses as a title holds; “…” where nothing of it is seen."""
    first = next((part for part in map(str.strip, SENTENCE_END.split(content)) if visible(part)), content)
    first = " ".join(first.split()) if visible(first) else "…"
    if len(first) <= LONGEST_TITLE:
        return first
    cuts = [match.start() for match in CLAUSE_END.finditer(first[:LONGEST_TITLE]) if match.start()]
    return first[: cuts[-1] if cuts else LONGEST_TITLE].rstrip() + "…"


def username_of(author: str) -> str:
    """A handle for an author: the same letters and digits, other characters as hyphens."""
    handle = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFKC", author)).strip("-")
    return handle[:LONGEST_USERNAME] or f"member-{digest(author)[:8]}"


class Import:
    """One table on its way into a board. ``language`` is the members'; without it each text tells."""

    def __init__(self, path: Path, *, grant_all: bool, language: str = "", now: datetime) -> None:
        self.table = Table(path, now=now)
        self.grant_all, self.language, self.now = grant_all, language, now
        self.first_acts: dict[str, datetime] = {}
        self.rows = 0
        self.seen: set[str] = set()
        self.done: Counter[str] = Counter()
        self.too_long: list[int] = []
        self.misdated: list[int] = []

    def read(self, progress: Progress) -> None:
        """Read all of it once without writing: is it readable, and when did each author begin? Raises Unreadable."""
        for comment in progress(self.table.comments(), "Reading", None):
            author, at = short(comment.author), comment.at or self.now
            self.first_acts[author] = min(at, self.first_acts.get(author, at))
            self.rows += 1
        if not self.rows:
            raise Unreadable("No row has a text in the column content.")

    def run(self, board: Board, progress: Progress) -> None:
        """Take over everything that was read."""
        self.board, self.source = board, f"comments:{board.slug}"
        for batch in giving_way(batched(progress(self.table.comments(), "Comments", self.rows), BATCH)):
            self._batch(batch)

    @alone()
    def _batch(self, batch: list[Comment]) -> None:
        known = taken_over(self.source, "Comments", [comment.key for comment in batch])
        new: list[tuple[Comment, str]] = []
        for comment in batch:
            kind = self._kind(comment, known)
            if kind:
                self.done[kind] += 1
            elif len(text := from_text(comment.content)) > markup.MAX_LENGTH:
                self.too_long.append(comment.line)
            else:
                new.append((comment, text))
        authors = self._authors(batch, [comment for comment, _text in new])
        here = [(comment, text) for comment, text in new if authors[short(comment.author)].erased_at is None]
        self.done["erased"] += len(new) - len(here)
        topics = {comment.key: self._topic(comment, text, authors) for comment, text in here}
        first = Post.objects.filter(topic__in=topics.values(), number=1)
        posts = dict(first.values_list("topic_id", "pk"))
        self._note(self.source, "Comments", {key: posts[topic.pk] for key, topic in topics.items()})

    def _kind(self, comment: Comment, known: dict[str, int]) -> str:
        """Why a row is no new comment; empty for one that is."""
        if comment.key in self.seen:
            return "repeated"
        self.seen.add(comment.key)
        return "known" if comment.key in known else ""

    def _authors(self, batch: list[Comment], new: list[Comment]) -> dict[str, Member]:
        """The members who wrote these, new ones made; with their permissions where that was asked for."""
        wanted = [short(comment.author) for comment in batch]
        people = taken_over(self.source, "Authors", wanted) | taken_over(PEOPLE, "Authors", wanted)
        found = Member.objects.in_bulk(people.values())
        authors = {external: found[local] for external, local in people.items() if local in found}
        newcomers: dict[str, Newcomer] = {}
        for comment in new:
            if short(comment.author) not in authors:
                newcomers.setdefault(short(comment.author), self._newcomer(comment))
        made = take_people(newcomers)
        self._note(PEOPLE, "Authors", {external: member.pk for external, member in made.items()})
        if self.grant_all:
            self._grant(authors | made)
        return authors | made

    def _grant(self, authors: dict[str, Member]) -> None:
        """Permit everything for all authors of the file who are here, those an earlier run took over without it too."""
        here = {external: member for external, member in authors.items() if member.erased_at is None}
        grant_all({member.pk: min(member.joined_at, self.first_acts[key]) for key, member in here.items()})

    def _newcomer(self, comment: Comment) -> Newcomer:
        return Newcomer(
            username=username_of(comment.author),
            name="" if comment.author == comment.key else comment.author[:60],
            joined_at=self.first_acts[short(comment.author)],
            language=self.language or language_of(comment.content),
        )

    def _topic(self, comment: Comment, text: str, authors: dict[str, Member]) -> Topic:
        if comment.misdated:
            self.misdated.append(comment.line)
        return open_topic(
            author=authors[short(comment.author)],
            board=self.board,
            title=title_of(comment.content),
            source=text,
            now=comment.at or self.now,
            imported=True,
        )

    def _note(self, source: str, kind: str, things: dict[str, int]) -> None:
        note(source, kind, things)
        self.done[kind] += len(things)
