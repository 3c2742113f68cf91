"""Running text of HTML as Markdown: emphasis, code, links, line ends; what looks like Markdown is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from community.kernel.markup import delimits
from forums.importers.html import BLOCKS, Element

KINDS = {
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), "em"),
    **dict.fromkeys(("s", "strike", "del"), "strike"),
}
CODE = {"code", "tt", "samp"}
MARKERS = {"strong": "**", "strike": "~~"}
SPECIAL = re.compile(r"[\\`*_\[\]<~]|&(?=[#\w])")
LINE_START = re.compile(r"^(?:(?=[#>+=|])|(?=-(?!\w))|(?=:-)|([0-9]{1,9})(?=[.)](?:\s|$)))", re.MULTILINE)
ADDRESS = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
UNSAFE = re.compile(r"[<>\\\s]|&(?=[#\w]+;)")


@dataclass(frozen=True)
class Token:
    """A piece of running text: ``text``, ``code``, ``open`` or ``close`` of a kind, ``link`` or ``unlink``."""

    type: str
    value: str = ""


def escaped(text: str) -> str:
    """A text in which nothing is Markdown, but for what stands at the start of a line."""
    return SPECIAL.sub(r"\\\g<0>", text)


def lines_escaped(text: str) -> str:
    """No line of a text begins a list, a heading or the like."""
    return LINE_START.sub(r"\1\\", text)


def code_span(text: str) -> str:
    """A text as code within a line."""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    edge = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{edge}{text}{edge}{ticks}"


def spans(nodes: Iterable[Element | str]) -> str:
    """Markdown of running text: lines, and an empty one where a new paragraph begins."""
    return _Writer(_Tidy().take(_tokens(nodes, frozenset()))).text()


def _tokens(nodes: Iterable[Element | str], inside: frozenset[str]) -> Iterator[Token]:
    """The pieces in order; what is open already, or cannot be, says its text only."""
    for node in nodes:
        if isinstance(node, str):
            yield Token("text", node)
        elif node.tag == "br":
            yield Token("break")
        elif node.tag in CODE or node.tag == "pre":
            yield Token("code", " ".join(node.text().split("\n")).strip() if node.tag == "pre" else node.text())
        elif node.tag == "img":
            yield from _link(node.attributes.get("src", ""), [Token("text", _caption(node))], inside)
        elif node.tag == "a":
            yield from _link(node.attributes.get("href", ""), _tokens(node.children, inside | {"link"}), inside)
        else:
            yield from _spanned(node, inside)


def _spanned(node: Element, inside: frozenset[str]) -> Iterator[Token]:
    kind = KINDS.get(node.tag, "")
    if kind and kind not in inside:
        yield Token("open", kind)
        yield from _tokens(node.children, inside | {kind})
        yield Token("close", kind)
    else:
        edge = [Token("text", " ")] if node.tag in BLOCKS else []
        yield from edge
        yield from _tokens(node.children, inside)
        yield from edge


def _caption(image: Element) -> str:
    return " ".join(image.attributes.get("alt", "").split()) or "image"


def _link(address: str, said: Iterable[Token], inside: frozenset[str]) -> Iterator[Token]:
    """A link, unless one is open or the address leads nowhere from here."""
    address = address.strip()
    if "link" in inside or not ADDRESS.match(address):
        yield from said
        return
    found = list(said)
    if not any(token.value.strip() for token in found if token.type in ("text", "code")):
        found = [Token("text", address)]
    yield Token("link", address)
    yield from found
    yield Token("unlink", address)


@dataclass
class _Tidy:
    """Folds white space as a browser does, and moves it out of what it would break."""

    done: list[Token] = field(default_factory=list)
    held: list[Token] = field(default_factory=list)  # opened, but nothing said since
    depth: int = 0
    space: bool = False
    breaks: int = 0

    def take(self, tokens: Iterable[Token]) -> list[Token]:
        """All pieces of a span, with white space folded and moved out of markers that it would break."""
        for token in tokens:
            if token.type == "text":
                self._text(token.value)
            elif token.type == "code":
                self._code(token.value)
            elif token.type == "break":
                self.breaks += 1
            elif token.type in ("open", "link"):
                self.held.append(token)
            elif self.held:
                self.held.pop()
            else:
                self.depth -= 1
                self.done.append(token)
        return self.done

    def _text(self, text: str) -> None:
        for part in re.split(r"(\s+)", text):
            if part.isspace():
                self.space = True
            elif part:
                self._settle()
                self._say("text", part)

    def _code(self, text: str) -> None:
        folded = re.sub(r"\s+", " ", text)
        if not folded.strip():
            self.space = self.space or bool(folded)
            return
        self._settle()
        self._say("code", folded)

    def _say(self, kind: str, text: str) -> None:
        """Join what is of one kind: two neighbouring runs of backticks would be one."""
        if self.done and self.done[-1].type == kind:
            self.done[-1] = Token(kind, self.done[-1].value + text)
        else:
            self.done.append(Token(kind, text))

    def _settle(self) -> None:
        """Before something is said: the white space that came before it, then what was opened for it."""
        if self.done and self.breaks:
            # Emphasis that begins in one paragraph cannot end in another.
            self._say("raw", "\n\n" if self.breaks > 1 and not self.depth else "\n")
        elif self.done and self.space:
            self._say("raw", " ")
        self.space, self.breaks = False, 0
        for token in self.held:
            if token.type == "open" and self.done and self.done[-1] == Token("close", token.value):
                self.done.pop()  # <b>one</b><b>two</b>: four markers in a row would mean something else
            else:
                self.done.append(token)
        self.depth += len(self.held)
        self.held = []


class _Writer:
    """Writes tidied pieces, so that each marker can do what it is there for."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.out: list[str] = []
        self.markers: list[str] = []
        self.encode = False  # the next character would keep the marker before it from closing

    def text(self) -> str:
        """All pieces as Markdown."""
        for at, token in enumerate(self.tokens):
            if token.type == "text":
                self._text(token.value)
            elif token.type == "code":
                self.out.append(code_span(token.value))
            elif token.type == "open":
                self._open(at)
            elif token.type == "close":
                self._close(at)
            elif token.type == "link":
                self._link()
            else:
                self.out.append(f"](<{_address(token.value)}>)" if token.type == "unlink" else token.value)
        return "".join(self.out)

    def _text(self, text: str) -> None:
        if self.encode:
            self.out.append(_entity(text[0]))
            text, self.encode = text[1:], False
        if text:
            self.out.append(escaped(text))

    def _link(self) -> None:
        if self.out and self.out[-1].endswith("!"):
            self.out[-1] = f"{self.out[-1][:-1]}\\!"  # or it would be a picture
        self.out.append("[")

    def _open(self, at: int) -> None:
        marker = MARKERS.get(self.tokens[at].value) or self._for_em(at)
        before, after = self._before(), self._after(at)
        if not delimits(marker[0], before, after)[0]:
            # A letter written as an entity ends with a semicolon, beside which anything may open.
            self.out[-1] = self.out[-1][:-1] + _entity(before)
        self.markers.append(marker)
        self.out.append(marker)

    def _close(self, at: int) -> None:
        marker = self.markers.pop()
        self.encode = not delimits(marker[0], self._before(), self._after(at))[1]
        self.out.append(marker)

    def _for_em(self, at: int) -> str:
        """A star, unless other stars are near: then an underscore, which never is taken for part of them."""
        end = next(i for i in range(at, len(self.tokens)) if self.tokens[i] == Token("close", "em"))
        near = self.tokens[max(0, at - 1) : end + 2]
        return "_" if "**" in self.markers or any(token.value == "strong" for token in near) else "*"

    def _before(self) -> str:
        return self.out[-1][-1] if self.out else " "

    def _after(self, at: int) -> str:
        """The first character of what comes next: any mark stands for all, they are punctuation."""
        if at + 1 == len(self.tokens):
            return " "
        token = self.tokens[at + 1]
        return token.value[0] if token.type in ("text", "raw") else "*"


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def _address(url: str) -> str:
    """An address that may stand in pointed brackets."""
    written = {"<": "%3C", ">": "%3E", "\\": "%5C", "&": "&amp;"}
    return UNSAFE.sub(lambda found: written.get(found[0], "%20"), url)
