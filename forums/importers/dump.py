"""Reading the files of a Stack Exchange dump: a row at a time, in whatever encoding, every fault told by its file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from forums.importers.common import Unreadable, short

Row = dict[str, str]
Progress = Callable[[Iterable[Any], str], Iterable[Any]]

IDS = ("Id", "PostId", "ParentId", "OwnerUserId", "UserId", "AcceptedAnswerId")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']""")
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
WIDE = ("utf-16", "utf_16", "utf16", "ucs-2", "unicode")
LONGEST_BLANK = 4096
# What XML may not hold and dumps hold all the same: control characters, and references to them.
CONTROLS = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    rb"|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));",
    re.IGNORECASE,
)
CUT = re.compile(rb"&[^;&]{0,15}\Z")  # a reference that goes on in the next piece


def file_of(folder: Path, name: str) -> Path | None:
    """A file of the dump, in whatever case its name is written."""
    wanted = f"{name}.xml".lower()
    found = (path for path in sorted(folder.iterdir()) if path.name.lower() == wanted and path.is_file())
    return next(found, None)


def rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of one file, one at a time. A missing or empty file has none. Raises Unreadable, naming the file."""
    path = file_of(folder, name)
    if path is None:
        return
    with path.open("rb") as file:
        if not file.read(LONGEST_BLANK).strip(codecs.BOM_UTF8 + b" \t\r\n\0"):
            return
        file.seek(0)
        try:
            yield from _rows(file)
        except (DefusedXmlException, ParseError, UnicodeError) as error:
            raise Unreadable(f"{path.name}: {error}.") from error


class _Clean:
    """UTF-8 without what XML may not hold."""

    def __init__(self, source: Any) -> None:
        self.source, self.rest = source, b""

    def read(self, size: int) -> bytes:
        """Some more of it; nothing only at the end."""
        while piece := self.source.read(size):
            piece = self.rest + piece
            cut = CUT.search(piece)
            self.rest = cut[0] if cut else b""
            if clean := CONTROLS.sub(b"", piece.removesuffix(self.rest)):
                return clean
        piece, self.rest = self.rest, b""
        return piece


def _rows(file: BinaryIO) -> Iterator[Row]:
    source, parser = _decoded(file)
    events = iterparse(source, events=("start", "end"), parser=parser)
    root = None
    for event, element in events:
        root = element if root is None else root
        if event == "end" and element.tag == "row":
            row = dict(element.attrib)
            yield row | {key: short(row[key]) for key in IDS if key in row}
            root.clear()


def _decoded(file: BinaryIO) -> tuple[Any, DefusedXMLParser]:
    """The file as clean UTF-8, and its parser. Raises UnicodeError for an encoding that is none."""
    head = file.read(200)
    file.seek(0)
    name = _encoding(head)
    try:
        codec = codecs.lookup("gb18030" if name.lower().startswith("gb") else name).name
        "".encode(codec)  # some turn no text into bytes
    except LookupError as error:
        raise UnicodeError(f"the encoding {name} is not known") from error
    source = file if codec == "utf-8" else codecs.EncodedFile(file, "utf-8", codec)
    return _Clean(source), DefusedXMLParser(target=TreeBuilder(), encoding="utf-8", forbid_dtd=True)


def _encoding(head: bytes) -> str:
    """What a file is written in: its first two bytes know better than what it declares."""
    if wide := UTF_16.get(head[:2]):
        return wide
    declared = DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode() if declared else "utf-8"
    # Whoever could read this declaration byte by byte read no UTF-16.
    return "utf-8" if name.lower().startswith(WIDE) else name
