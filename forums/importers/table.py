"""Reading a table of comments (CSV): its encoding, separator and columns, and what looks wrong in it, by line."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from forums.importers.common import Unreadable, digest, short
from forums.importers.times import moment

COLUMNS = ("content_id", "author", "date")
LONGEST_FIELD = 10_000_000
CHUNK = 1 << 16
SAVE_AS = "Save the table as CSV (UTF-8)."
STATED = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)  # how Excel says what parts the columns
MARKS = ",;\t"


@dataclass(frozen=True, slots=True)
class Comment:
    """One row: the line it ends on, what it says, and of whom and when if the table tells."""

    line: int
    content: str
    key: str
    author: str
    at: datetime | None
    misdated: bool


class Table:
    """A file that can be read more than once. ``empty`` and ``doubtful`` are of the last time.

    ``empty``: how many rows have no text. ``doubtful``: the first lines of rows over several lines in which text stands
    behind a closing quotation mark, as it does where the mark that should close an earlier text is missing.
    """

    def __init__(self, path: Path, *, now: datetime) -> None:
        self.path, self.now = path, now
        self.encoding = ""
        self.empty = 0
        self.doubtful: list[int] = []

    def comments(self) -> Iterator[Comment]:
        """The rows that say something, one at a time. Raises Unreadable where there is no column ``content``."""
        csv.field_size_limit(LONGEST_FIELD)
        self.encoding = self.encoding or encoding_of(self.path)
        self.empty, self.doubtful = 0, []
        same: Counter[str] = Counter()
        with self.path.open(encoding=self.encoding, newline="") as file:
            lines = _Lines(file)
            names, mark = _header(lines)
            for row in self._rows(lines, mark):
                fields = {name: row[at] for at, name in enumerate(names) if at < len(row)}
                cells = {name: fields.get(name, "").replace("\0", "").strip() for name in ("content", *COLUMNS)}
                if cells["content"]:
                    yield self._comment(lines.number, cells, same)
                else:
                    self.empty += 1

    def _rows(self, lines: _Lines, mark: str) -> Iterator[list[str]]:
        table = csv.reader(lines, delimiter=mark)
        try:
            for row in table:
                if lines.end in row:
                    return
                if any(lines.end in cell for cell in row):
                    raise Unreadable(f"The quotation mark of the row in line {lines.first} is never closed.")
                if len(lines.record) > 1 and not _is_strict(lines.record, mark):
                    self.doubtful.append(lines.first)
                lines.record = []
                if row:
                    yield row
        except csv.Error as error:
            raise Unreadable(f"Line {lines.first}: {error}. Is a quotation mark never closed?") from error

    def _comment(self, line: int, cells: dict[str, str], same: Counter[str]) -> Comment:
        author, date = (" ".join(cells[name].split()) for name in ("author", "date"))
        at = moment(date, now=self.now)
        key = short(cells["content_id"])
        if not key:
            # Two rows that say the same are two comments; the second time they are told apart the same way.
            key = digest(author, date, cells["content"])
            same[key] += 1
            key = key if same[key] == 1 else digest(author, date, cells["content"], str(same[key]))
        return Comment(line, cells["content"], key, author or key, at, bool(date) and at is None)


class _Lines:
    """The lines of a file, counted, with those of the row at hand, and a last one that tells whether all was closed."""

    def __init__(self, file: Iterator[str]) -> None:
        self.file = file
        self.end = f"end {token_hex(8)}"
        self.number = 0
        self.record: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.ended:
            raise StopIteration
        line = next(self.file, None)
        if line is None:
            self.ended = True
            return self.end
        self.number += 1
        self.record.append(line)
        return line

    @property
    def first(self) -> int:
        """The line on which the row at hand begins."""
        return self.number - len(self.record) + 1


def _header(lines: _Lines) -> tuple[list[str], str]:
    """The names of the columns and what parts them; before them may stand empty lines and what Excel writes."""
    marks, header = MARKS, ""
    for line in lines:
        stated = STATED.match(line)
        if stated:
            marks = stated[1] + marks
        elif line.strip() and line != lines.end:
            header = line
            break
    lines.record = []
    mark = next((each for each in marks if "content" in _names(header, each)), "")
    if not mark:
        shown = ", ".join(_names(header, ",")[:12])[:200]
        raise Unreadable(f'There is no column "content" in the first line. Columns found: {shown or "none"}.')
    return _names(header, mark), mark


def _names(header: str, mark: str) -> list[str]:
    first = next(csv.reader([header], delimiter=mark), [])
    return [name.strip("\ufeff \t\r\n\0").lower() for name in first]


def _is_strict(record: list[str], mark: str) -> bool:
    try:
        return bool(list(csv.reader(record, delimiter=mark, strict=True)))
    except csv.Error:
        return False


def encoding_of(path: Path) -> str:
    """How the file is written: UTF-8, UTF-16 or GB 18030. Raises Unreadable, with the line where it is none of them."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise Unreadable("The file is empty.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if line := _bad_line(path, "utf-16"):
            raise Unreadable(f"Line {line} is not UTF-16. {SAVE_AS}")
        return "utf-16"
    if head.count(b"\0") > max(1, len(head) // 100):
        raise Unreadable(f"This is not a text file. {SAVE_AS}")
    line = _bad_line(path, "utf-8-sig")
    if not line:
        return "utf-8-sig"
    if _is_mostly_utf8(path):
        raise Unreadable(f"Line {line} has a byte that is not UTF-8. {SAVE_AS}")
    if other := _bad_line(path, "gb18030"):
        raise Unreadable(f"The file is neither UTF-8 (line {line}), UTF-16 nor GB 18030 (line {other}). {SAVE_AS}")
    return "gb18030"


def _bad_line(path: Path, encoding: str) -> int:
    """The first line that cannot be decoded; 0 where all can."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                return lines + error.object[: error.start].count(b"\n")
            if not chunk:
                return 0


def _is_mostly_utf8(path: Path) -> bool:
    """Whether most of what is not ASCII is UTF-8, so that a byte that is not is a fault of the file."""
    decoder, good, bad = codecs.getincrementaldecoder("utf-8")("replace"), 0, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            wrong = text.count("\ufffd")
            bad += wrong
            good += sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - wrong
    return good > bad
