"""Comments from a table (CSV): each becomes a topic of one post by its author.

Every batch and the notes of what was taken over are written in one transaction, so an import that was cut off goes on
where it stopped and a second run changes nothing.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from community.kernel import markup
from community.members.api import Member
from forums.importers.common import BATCH, batched, free_member, grant_all, taken_over
from forums.importers.markdown import from_text
from forums.models import Board, Imported, Post
from forums.services import open_topic

COLUMNS = ("content_id", "author", "date")
LONGEST_FIELD = 10_000_000
LONGEST_TITLE, LONGEST_ID, LONGEST_USERNAME = 60, 80, 60
OLDEST_YEAR = 1990
DATE_FORMATS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M",
)
SENTENCE_END = re.compile(r"[。！？!?；;…\n]|\.\s")
CLAUSE_END = re.compile(r"[，,、：:\s]")


class Unreadable(ValueError):
    """A file that is no table of comments; the message says why."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One row: the line it ends on, what it says, and of whom and when if the table tells."""

    line: int
    content: str
    key: str
    author: str
    at: datetime | None
    misdated: bool


Progress = Callable[[Iterable[Comment], str, int | None], Iterable[Comment]]


def encoding_of(path: Path) -> str:
    """How the file is written: UTF-8, UTF-16 or GB 18030. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise Unreadable("The file is empty.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise Unreadable("This is not a text file. Save the table as CSV (UTF-8).")
    for name in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=name, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return name
    raise Unreadable("The file is neither UTF-8, UTF-16 nor GB 18030. Save the table as CSV (UTF-8).")


def comments(path: Path, *, now: datetime) -> Iterator[Comment]:
    """The rows that say something, one at a time. Raises Unreadable where there is no column ``content``."""
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding=encoding_of(path), newline="") as file:
        header = file.readline()
        separator = next((mark for mark in ",;\t" if "content" in _names(header, mark)), "")
        if not separator:
            shown = ", ".join(_names(header, ",")[:12])[:200]
            raise Unreadable(f'There is no column "content" in the first line. Columns found: {shown or "none"}.')
        table = csv.DictReader(file, fieldnames=_names(header, separator), delimiter=separator)
        try:
            for row in table:
                fields = {name: row[name] or "" for name in ("content", *COLUMNS) if name in row}
                if fields["content"].replace("\0", "").strip():
                    yield _comment(table.line_num + 1, fields, now)
        except (csv.Error, UnicodeDecodeError) as error:
            raise Unreadable(f"After line {table.line_num + 1}: {error}. Is a quotation mark never closed?") from error


def _names(header: str, separator: str) -> list[str]:
    first = next(csv.reader([header], delimiter=separator), [])
    return [name.strip().lower() for name in first]


def _comment(line: int, fields: dict[str, str], now: datetime) -> Comment:
    content = fields["content"].replace("\0", "").strip()
    author, date = (" ".join(fields.get(name, "").split()) for name in ("author", "date"))
    at = moment(date, now=now)
    key = fields.get("content_id", "").strip() or _digest(author, date, content)
    key = key if len(key) <= LONGEST_ID else _digest(key)
    return Comment(line, content, key, author or key, at, bool(date) and at is None)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def moment(text: str, *, now: datetime) -> datetime | None:
    """A time as tables write it, UTC where no zone is given, never after ``now``. None where it is not understood."""
    found = _parsed(text)
    if found is None or found.year < OLDEST_YEAR:
        return None
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now)


def _parsed(text: str) -> datetime | None:
    if re.fullmatch(r"\d{10}(\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    for read in (datetime.fromisoformat, *(_by(form) for form in DATE_FORMATS)):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _by(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - moment() adds the zone


def title_of(content: str) -> str:
    """The first sentence, or as many of its clauses as a title holds."""
    first = next((part for part in map(str.strip, SENTENCE_END.split(content)) if part), content)
    first = " ".join(first.split())
    if len(first) <= LONGEST_TITLE:
        return first
    cuts = [match.start() for match in CLAUSE_END.finditer(first[:LONGEST_TITLE]) if match.start()]
    return first[: cuts[-1] if cuts else LONGEST_TITLE].rstrip() + "…"


def username_of(author: str) -> str:
    """A handle for an author: the same letters and digits, other characters as hyphens."""
    handle = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFKC", author)).strip("-")
    return handle[:LONGEST_USERNAME] or f"member-{_digest(author)[:8]}"


class Import:
    """One table on its way into a board. ``language`` is the members'; without it each text tells."""

    def __init__(self, path: Path, *, grant_all: bool, language: str = "", now: datetime) -> None:
        self.path, self.grant_all, self.language, self.now = path, grant_all, language, now
        self.first_acts: dict[str, datetime] = {}
        self.rows = 0
        self.done: Counter[str] = Counter()
        self.too_long: list[int] = []

    def read(self, progress: Progress) -> None:
        """Read all of it once without writing: is it readable, and when did each author begin? Raises Unreadable."""
        for comment in progress(comments(self.path, now=self.now), "Reading", None):
            author, at = _short(comment.author), comment.at or self.now
            self.first_acts[author] = min(at, self.first_acts.get(author, at))
            self.rows += 1
        if not self.rows:
            raise Unreadable("No row has a text in the column content.")

    def run(self, board: Board, progress: Progress) -> None:
        """Take over everything that was read."""
        self.board, self.source = board, f"comments:{board.slug}"
        for batch in batched(progress(comments(self.path, now=self.now), "Comments", self.rows), BATCH):
            self._batch(batch)

    @transaction.atomic
    def _batch(self, batch: list[Comment]) -> None:
        posts = taken_over(self.source, "Comments", [comment.key for comment in batch])
        people = taken_over(self.source, "Authors", [_short(comment.author) for comment in batch])
        members = Member.objects.in_bulk(people.values())
        authors = {external: members[local] for external, local in people.items() if local in members}
        if self.grant_all:
            self._grant(authors)
        for comment in batch:
            if len(comment.content) > markup.MAX_LENGTH:
                self.too_long.append(comment.line)
            elif comment.key in posts:
                self.done["known"] += 1
            else:
                posts[comment.key] = self._take(comment, authors)

    def _grant(self, authors: dict[str, Member]) -> None:
        """Also those whom an earlier run took over without permissions."""
        for external, member in authors.items():
            if member.erased_at is None:
                grant_all({member.pk: min(member.joined_at, self.first_acts[external])})

    def _take(self, comment: Comment, authors: dict[str, Member]) -> int:
        external = _short(comment.author)
        if external not in authors:
            authors[external] = self._author(comment)
        topic = open_topic(
            author=authors[external],
            board=self.board,
            title=title_of(comment.content),
            source=from_text(comment.content)[: markup.MAX_LENGTH],
            now=comment.at or self.now,
            imported=True,
        )
        post_id = Post.objects.get(topic=topic, number=1).pk
        self._note("Comments", comment.key, post_id)
        self.done["misdated"] += comment.misdated
        return post_id

    def _author(self, comment: Comment) -> Member:
        member = free_member(
            username_of(comment.author),
            kind="Authors",
            name="" if comment.author == comment.key else comment.author[:60],
            joined_at=self.first_acts[_short(comment.author)],
            language=self.language or markup.language_of(comment.content),
        )
        self._note("Authors", _short(comment.author), member.pk)
        if self.grant_all:
            grant_all({member.pk: member.joined_at})
        return member

    def _note(self, kind: str, external_id: str, local_id: int) -> None:
        Imported.objects.create(source=self.source, kind=kind, external_id=external_id, local_id=local_id)
        self.done[kind] += 1


def _short(author: str) -> str:
    return author if len(author) <= LONGEST_ID else _digest(author)
