"""HTML of another forum as Markdown. What is made here is rendered and sanitised like a member's own text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from forums.importers.html import HEADINGS, Element, tree
from forums.importers.spans import escaped, lines_escaped, spans

LISTS = {"ul", "ol"}
TABLE_PARTS = {"thead", "tbody", "tfoot"}
ROOM = 14  # how deep quotations (1) and lists (2) may nest, so that the reader of Markdown follows
FIRST_NUMBER = re.compile(r"\d{1,9}")


def from_html(source: str) -> str:
    """Markdown that says what the HTML says; scripts and styles are left out."""
    return "\n\n".join(_blocks(tree(source).children, ROOM))


def from_text(source: str) -> str:
    """Markdown that shows a plain text as it is, line by line."""
    lines = "\n".join(line.strip() for line in source.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines_escaped(escaped(lines))).strip()


def _blocks(nodes: Iterable[Element | str], room: int) -> list[str]:
    """Paragraphs, lists and so on, one after another."""
    found: list[str] = []
    running: list[Element | str] = []
    before = ""
    for node in nodes:
        if isinstance(node, str) or not node.is_block:
            running.append(node)
            continue
        if paragraphs := _paragraphs(running):
            found, before = found + paragraphs, ""
        running = []
        if node.tag in LISTS and node.tag == before:
            # Two lists in a row are told apart by another marker.
            made = _list(node, room, "+" if node.tag == "ul" else ")")
            before = ""
        else:
            made = _block(node, room)
            before = node.tag if made else before
        found += made
    return found + _paragraphs(running)


def _paragraphs(nodes: list[Element | str]) -> list[str]:
    text = lines_escaped(spans(nodes))
    return text.split("\n\n") if text else []


def _block(node: Element, room: int) -> list[str]:
    if node.tag in HEADINGS:
        return _heading(node)
    write = WRITERS.get(node.tag)
    return write(node, room) if write else _blocks(node.children, room)


def _quotation(node: Element, room: int) -> list[str]:
    inside = "\n\n".join(_blocks(node.children, room - 1))
    if room < 1:
        return [inside] if inside else []
    return ["\n".join(f"> {line}".rstrip() for line in inside.split("\n"))] if inside else []


def _heading(node: Element) -> list[str]:
    text = " ".join(spans(node.children).split())
    closed = re.sub(r"(#+)$", r"\\\1", text)
    return [f"{'#' * HEADINGS[node.tag]} {closed}"] if text else []


def _fence(text: str) -> str:
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    text = re.sub(r"\r\n?", "\n", text).removeprefix("\n").removesuffix("\n")
    return f"{ticks}\n{text}\n{ticks}"


def _list(node: Element, room: int, marker: str) -> list[str]:
    """The items of a list; a deeper one than can be shown is written as paragraphs."""
    items = [_blocks([child] if child.tag != "li" else child.children, room - 2) for child in _parts(node, "li")]
    if room < 2:  # noqa: PLR2004 - see ROOM
        return [block for item in items for block in item]
    start = node.attributes.get("start", "")
    number = int(start) if FIRST_NUMBER.fullmatch(start) and start.isascii() else 1
    tight = all(_is_tight(item) for item in items)
    lines = []
    for at, item in enumerate(items):
        sign = f"{min(number + at, 999_999_999)}{marker}" if node.tag == "ol" else marker
        lines.append(_indented(sign, ("\n" if tight else "\n\n").join(item)))
    return [("\n" if tight else "\n\n").join(lines)] if any(items) else []


def _parts(node: Element, tag: str) -> Iterator[Element]:
    """The items of a list or the cells of a row; text that stands between them is one, so that nothing is lost."""
    for child in node.children:
        if isinstance(child, Element):
            yield child
        elif child.strip():
            yield Element(tag, children=[child])


def _is_tight(item: list[str]) -> bool:
    """Whether an item is one paragraph, or one with a list that may follow without an empty line."""
    rest = item[1:]
    return not rest or (len(rest) == 1 and "\n\n" not in rest[0] and bool(re.match(r"(?:[-+]|1[.)]) \S", rest[0])))


def _indented(sign: str, text: str) -> str:
    indent = " " * (len(sign) + 1)
    first, *rest = text.split("\n")
    return "\n".join([f"{sign} {first}".rstrip(), *(f"{indent}{line}" if line else "" for line in rest)])


def _table(node: Element) -> list[str]:
    """What stands outside of the rows (as browsers show it: before), then rows and cells.

    The first row is the head, for Markdown knows no table without one.
    """
    outside: list[Element | str] = []
    rows = [[_cell(cell) for cell in _parts(row, "td")] for row in _rows(node, outside)]
    before = _blocks(outside, ROOM - 2)
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return before
    lines = [f"| {' | '.join(row + [''] * (columns - len(row)))} |" for row in rows]
    return [*before, "\n".join([lines[0], f"|{' --- |' * columns}", *lines[1:]])]


def _rows(node: Element, outside: list[Element | str]) -> Iterator[Element]:
    for child in node.children:
        if isinstance(child, Element) and child.tag in TABLE_PARTS:
            yield from _rows(child, outside)
        elif isinstance(child, Element) and child.tag == "tr":
            yield child
        else:
            outside.append(child)


def _cell(cell: Element) -> str:
    return " ".join(spans(cell.children).split()).replace("|", "\\|")


WRITERS: dict[str, Callable[[Element, int], list[str]]] = {
    "pre": lambda node, room: [_fence(node.text())],
    "hr": lambda node, room: ["___"],  # dashes would underline what stands above, stars be a list within a list
    "table": lambda node, room: _table(node),
    "blockquote": _quotation,
    "ul": lambda node, room: _list(node, room, "-"),
    "ol": lambda node, room: _list(node, room, "."),
    "li": lambda node, room: _list(Element("ul", children=[node]), room, "-"),
}
