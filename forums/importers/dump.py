"""Reading the files of a Stack Exchange dump: a row at a time, in whatever encoding, every fault told by its file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from forums.importers.common import Unreadable, short

Row = dict[str, str]

IDS = ("Id", "PostId", "ParentId", "OwnerUserId", "UserId", "AcceptedAnswerId")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']""")
# What the reader of XML knows by itself; so it does any other with one byte a character.
KNOWN = {"utf-8", "utf-16", "iso8859-1", "ascii"}
GREATEST = 2**31 - 1


def file_of(folder: Path, name: str) -> Path | None:
    """A file of the dump, in whatever case its name is written."""
    wanted = f"{name}.xml".lower()
    found = (path for path in sorted(folder.iterdir()) if path.name.lower() == wanted and path.is_file())
    return next(found, None)


def rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of one file, one at a time. A missing file has none. Raises Unreadable, naming the file."""
    path = file_of(folder, name)
    if path is None:
        return
    with path.open("rb") as file:
        try:
            yield from _rows(file)
        except (DefusedXmlException, ParseError, UnicodeError) as error:
            raise Unreadable(f"{path.name}: {error}.") from error


def _rows(file: BinaryIO) -> Iterator[Row]:
    source, parser = _decoded(file)
    events = iterparse(source, events=("start", "end"), parser=parser)
    _event, root = next(events)
    for event, element in events:
        if event == "end" and element.tag == "row":
            row = dict(element.attrib)
            yield row | {key: short(row[key]) for key in IDS if key in row}
            root.clear()


def _decoded(file: BinaryIO) -> tuple[Any, DefusedXMLParser]:
    """The file and its parser. An encoding with several bytes a character that is not Unicode's is decoded here."""
    declared = DECLARED.match(file.read(200))
    file.seek(0)
    name = declared[1].decode() if declared else "utf-8"
    try:
        codec = codecs.lookup("gb18030" if name.lower().startswith("gb") else name).name
        recoded = codec not in KNOWN and bool("中あ한".encode(codec, "ignore"))
    except LookupError as error:
        raise UnicodeError(f"the encoding {name} is not known") from error
    source = codecs.EncodedFile(file, "utf-8", codec) if recoded else file
    return source, DefusedXMLParser(target=TreeBuilder(), encoding="utf-8" if recoded else None, forbid_dtd=True)


def number(text: str | None) -> int:
    """A whole number as databases hold it, 0 where there is none."""
    found = int(text) if text and re.fullmatch(r"-?[0-9]{1,18}", text) else 0
    return max(-GREATEST, min(found, GREATEST))


def tags_of(row: Row) -> list[str]:
    """Tags, written ``<a><b>`` in older dumps and ``|a|b|`` in newer ones."""
    return re.findall(r"[^<>|]+", row.get("Tags", ""))
