"""Somebody else's HTML as a tree, however badly it is nested."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = {
    *("p", "div", "pre", "ul", "ol", "li", "blockquote", "table", "hr", "dl", "dt", "dd", "section", "article", "main"),
    *("header", "footer", "aside", "nav", "figure", "figcaption", "details", "summary", "address", "form", "fieldset"),
    *("thead", "tbody", "tfoot", "tr", "td", "th", "caption", "body", "html", "center", *HEADINGS),
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template", "title"}
DEEPEST = 60
# What a start tag ends that was never closed, and how far up that is looked for.
ENDED = {
    "li": ({"li"}, {"ul", "ol"}),
    "tr": ({"tr"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "a": ({"a"}, BLOCKS),
}
PARAGRAPH = ({"p"}, BLOCKS - {"p"})


@dataclass
class Element:
    """An element, or the whole (without a tag). ``holds_block``: there is a block somewhere in it."""

    tag: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    holds_block: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it stands on lines of its own."""
        return self.tag in BLOCKS or self.holds_block

    def text(self) -> str:
        """All it says, spaces and line ends as they stand."""
        said = (child if isinstance(child, str) else child.text() for child in self.children)
        return "\n" if self.tag == "br" else "".join(said)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element()]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
            return
        self._end(*ENDED.get(tag, (set(), set())))
        if tag in BLOCKS:
            self._end(*PARAGRAPH)
            for element in self.open:
                element.holds_block = True
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID and len(self.open) < DEEPEST:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        else:
            self._end({tag}, set())

    def _end(self, tags: set[str], barriers: set[str]) -> None:
        """Close the innermost open element of these, and all in it."""
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].tag in tags:
                del self.open[at:]
                return
            if self.open[at].tag in barriers:
                return

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """What is no section of any kind is a comment, as browsers read it."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i, report)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.open[-1].children.append(data)


def tree(source: str) -> Element:
    """The tree of a text; scripts and styles are left out."""
    builder = _Builder()
    builder.feed(source)
    builder.close()
    return builder.open[0]
