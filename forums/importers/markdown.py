"""HTML of another forum as Markdown. What is made here is rendered and sanitised like a member's own text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_INLINE = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "strike": "~~", "del": "~~"}
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLOCKS = {"p", "div", "pre", "ul", "ol", "blockquote", *_HEADINGS}
_SILENT = {"script", "style"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LINE_START = re.compile(r"^(\d{0,9})([-+#=~.)])")


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lists: list[int | None] = []
        self.links: list[str] = []
        self.quotes: list[int] = []
        self.silent = 0
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag in _SILENT:
            self.silent += 1
        elif tag == "a":
            self.links.append(values.get("href", ""))
            self.parts.append("[")
        elif tag == "img":
            self.parts.append(f"[{_escaped(values.get('alt', '') or 'image')}](<{_address(values.get('src', ''))}>)")
        elif tag in ("br", "hr"):
            self.parts.append("\n" if tag == "br" else "\n\n---\n\n")
        elif tag == "li":
            self._item()
        elif tag == "code" and not self.verbatim:
            self.parts.append("`")
        else:
            self._open(tag)

    def _open(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n" if self.lists else "\n\n")
        self.parts.append(_INLINE.get(tag, "") or _HEADINGS.get(tag, ""))
        if tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "pre":
            self.verbatim += 1
            self.parts.append("```\n")
        elif tag == "blockquote":
            self.quotes.append(len(self.parts))

    def _item(self) -> None:
        if self.lists and self.lists[-1] is not None:
            self.lists[-1] += 1
        number = self.lists[-1] if self.lists else None
        self.parts.append(f"\n{'   ' * (len(self.lists) - 1)}{f'{number}.' if number else '-'} ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            self.parts.append(f"](<{_address(self.links.pop())}>)")
        elif tag == "code" and not self.verbatim:
            self.parts.append("`")
        elif tag in _INLINE:
            self.parts.append(_INLINE[tag])
        elif tag == "pre" and self.verbatim:
            self.verbatim -= 1
            self.parts.append("\n```\n\n")
        elif tag == "blockquote" and self.quotes:
            self._close_quote()
        elif tag in _BLOCKS:
            self._close(tag)

    def _close(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        self.parts.append("\n" if self.lists else "\n\n")

    def _close_quote(self) -> None:
        begin = self.quotes.pop()
        inside = _tidied("".join(self.parts[begin:]))
        self.quotes = [at for at in self.quotes if at < begin]
        self.parts[begin:] = ["\n".join(f"> {line}".rstrip() for line in inside.split("\n")), "\n\n"]

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.verbatim:
            self.parts.append(data)
            return
        folded = re.sub(r"\s+", " ", data)
        begins_line = not self.parts or self.parts[-1].endswith("\n")
        self.parts.append(_escaped(folded.lstrip() if begins_line else folded))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _address(url: str) -> str:
    return re.sub(r"[<>\s]", "", url)


def _tidied(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def from_html(source: str) -> str:
    """Markdown that says what the HTML says; scripts and styles are left out."""
    writer = _Writer()
    writer.feed(source)
    writer.close()
    return _tidied("".join(writer.parts))


def from_text(source: str) -> str:
    """Markdown that shows a plain text as it is, line by line."""
    lines = (_LINE_START.sub(r"\1\\\2", _escaped(line.strip())) for line in source.splitlines())
    return _tidied("\n".join(lines)).replace("&", "\\&")
