"""Markdown as members write it, made safe once and stored."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import nh3
from django.conf import settings
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from community.kernel.emphasis import Inline
from community.kernel.emphasis import delimits as delimits
from community.kernel.errors import Invalid

MAX_LENGTH = 40_000
MOST_HTML = 6 * MAX_LENGTH
MAX_ALT = 200
MOST_CELLS = 3_000
FACT_TEXT = 20_000
MOST_NAMES = 20
MOST_NAMED = 500
# Han letters may stand right before a name or an address, and end an address: browsers copy them percent-encoded.
_MENTION = r"(?<![A-Za-z0-9_/@.])@(?P<name>[\w-]{2,30})"
_ADDRESS = r"(?<![A-Za-z0-9_@])(?P<url>https?://[^\s<>\"\u3000-\u9fff\uff00-\uffef]+)"
_SPECIAL = re.compile(f"{_ADDRESS}|{_MENTION}")
_OPEN = {")": "(", "]": "["}
_TAIL = ".,:;!?'*_~)]"
_SPANS = {"br", "em", "strong", "s", "code", "a", "img", "cite"}
_BLOCKS = {"p", "hr", "pre", "blockquote", "ul", "ol", "li", "h3", "h4"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = _SPANS | _BLOCKS | _TABLES
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}, "blockquote": {"class"}}
_IN_RULES = frozenset(" \t|:-")
_OUR_PICTURE = re.compile(r"(?:posts|ideas)/\d{4}/\d{2}/[\w-]+\.webp", re.ASCII)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTE = re.compile(r"^> \[([^\]\n]{1,80})\]\(/posts/(\d{1,18})/\)\s*$", re.MULTILINE)
ANY_QUOTE = re.compile(
    r"^(?P<before>(?:> ?)+\[)(?P<name>[^\]\n]*)(?P<after>\]\(/posts/(?P<post>\d{1,18})/\))", re.MULTILINE
)
ANY_NAME = re.compile(_MENTION)


@dataclass(frozen=True)
class Parsed:
    """A text that was read: who and what it names, and how it is rendered.

    ``mentioned`` and ``quoted`` are those who are told of it. ``named`` and ``cited`` are all there are, also in
    quotations of quotations and in code.
    """

    tokens: Sequence[Token]
    mentioned: tuple[str, ...]
    quoted: tuple[int, ...]
    named: tuple[str, ...]
    cited: tuple[int, ...]

    def html(self, *, mentions: Mapping[str, str]) -> str:
        """Safe HTML. ``mentions``: the address of every name that stands for somebody here. Raises TooLarge."""
        parser = _markdown()
        rendered = parser.renderer.render(self.tokens, parser.options, {"mentions": mentions})
        cleaned: str = nh3.clean(
            _lower_headings(rendered),
            tags=TAGS,
            attributes=_ATTRIBUTES,
            link_rel="nofollow ugc noopener",
            url_schemes={"http", "https", "mailto"},
            attribute_filter=_only_our_pictures,
        )
        if len(cleaned) > MOST_HTML:
            raise TooLarge
        return cleaned


class TooLarge(Invalid):
    """A text that is not long itself would become a page too long to send to everybody who reads it."""

    def __init__(self) -> None:
        message = _("This would become too large a page: too many table cells, links or quotations. Take some out.")
        super().__init__(message, field="source")


def parse(source: str) -> Parsed:
    """Read a text once, for its names and for its HTML. Raises TooLarge."""
    source = source.replace("\0", "")
    found: list[str] = []
    tokens = _markdown().parse(source, {"mentioned": found})
    if _length(tokens) > MOST_HTML:
        raise TooLarge
    quoted = dict.fromkeys(int(match[2]) for match in _QUOTE.finditer(source))
    named = dict.fromkeys([*found, *names_in(source)])
    return Parsed(
        tokens,
        tuple(dict.fromkeys(found))[:MOST_NAMES],
        tuple(quoted)[:MOST_NAMES],
        tuple(named)[:MOST_NAMED],
        _cited(source),
    )


def _cited(source: str) -> tuple[int, ...]:
    found = dict.fromkeys(int(match["post"]) for match in ANY_QUOTE.finditer(source))
    return tuple(found)[:MOST_NAMED]


def names_in(text: str) -> list[str]:
    """Every @name of a text, wherever it stands."""
    return [match["name"] for match in ANY_NAME.finditer(text)]


def read(source: str) -> Parsed:
    """A text that is kept already: where its page would be too large, shown letter by letter."""
    try:
        return parse(source)
    except TooLarge:
        return as_written(source)


def as_written(source: str) -> Parsed:
    """A text shown letter by letter, whatever it says: for what was imported and cannot be shown otherwise."""
    token = Token("fence", "code", 0, content=f"{source}\n".replace("\0", ""))
    return Parsed([token], (), (), tuple(dict.fromkeys(names_in(source)))[:MOST_NAMED], _cited(source))


def _length(tokens: Iterable[Token]) -> int:
    """At least how long the HTML becomes. One long address may stand in thousands of links."""
    total = 0
    for token in tokens:
        # An inline token's own content is that of its children.
        total += len(token.content) if token.type != "inline" else _length(token.children or ())
        total += sum(len(str(value)) for value in token.attrs.values())
    return total


def render(source: str, *, mentions: Mapping[str, str]) -> str:
    """Safe HTML of a text. ``mentions``: the address of every name that stands for somebody here. Raises TooLarge."""
    return parse(source).html(mentions=mentions)


@cache
def _markdown() -> MarkdownIt:
    options = {"html": False, "linkify": False, "breaks": True, "maxNesting": 20}
    parser = MarkdownIt("commonmark", options)
    parser.inline = Inline()
    parser.configure("commonmark", options).enable(["table", "strikethrough"])
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.push("names_and_addresses", _names_and_addresses)
    parser.add_render_rule("mention", _render_mention)
    return parser


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Markdown's table, which has all columns in each of its rows. Raises TooLarge for too many cells in a text."""
    header = _line(state, first)
    if "|" in header and not silent and first + 2 <= last and _is_rule(_line(state, first + 1)):
        rows = next((at for at in range(first + 2, last) if state.isEmpty(at)), last) - first
        cells = state.env.get("cells", 0) + rows * (header.strip(" \t|").count("|") + 1)
        state.env["cells"] = cells
        if cells > MOST_CELLS:
            raise TooLarge
    return table(state, first, last, silent)


def _is_rule(line: str) -> bool:
    """Whether a line may part a table's head from its rows."""
    return "-" in line and _IN_RULES.issuperset(line)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _names_and_addresses(state: StateCore) -> None:
    """Find @names and bare addresses in running text: never in code or links; no names in quotations.

    A picture of another site becomes a link: shown, it would tell that site who reads here.
    """
    depth = 0
    for token in state.tokens:
        depth += token.nesting if token.type.startswith("blockquote") else 0
        if token.type == "inline" and token.children:
            token.children = list(_linked(token.children, state, quoted=depth > 0))


def _linked(children: Sequence[Token], state: StateCore, *, quoted: bool) -> Iterator[Token]:
    inside = 0
    for token in children:
        inside += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "text" and not inside:
            yield from _pieces(token.content, state.env, quoted=quoted)
        elif token.type == "image" and not is_ours(str(token.attrs["src"])):
            yield from _foreign_picture(token, state, inside=inside > 0)
        else:
            yield token


def _foreign_picture(token: Token, state: StateCore, *, inside: bool) -> Iterator[Token]:
    address, renderer = str(token.attrs["src"]), RendererHTML(state.md)
    said = renderer.renderInlineAsText(token.children, state.md.options, state.env).strip() or address
    if inside or not re.match("https?://", address, re.IGNORECASE):
        yield _text(said)
    else:
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield _text(said)
        yield Token("link_close", "a", -1)


def _pieces(text: str, env: Any, *, quoted: bool) -> Iterator[Token]:
    at = 0
    for match in _SPECIAL.finditer(text):
        if match["name"] and quoted:
            continue
        yield _text(text[at : match.start()])
        if match["name"]:
            env.get("mentioned", []).append(match["name"])
            yield Token("mention", "", 0, content=match["name"])
            at = match.end()
        else:
            address = _without_tail(match["url"])
            yield Token("link_open", "a", 1, attrs={"href": normalizeLink(address)})
            yield _text(address)
            yield Token("link_close", "a", -1)
            at = match.start() + len(address)
    yield _text(text[at:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _without_tail(address: str) -> str:
    """An address without the sentence's own punctuation behind it; a bracket stays where it was opened inside."""
    more = {closing: address.count(closing) - address.count(opening) for closing, opening in _OPEN.items()}
    end = len(address)
    while address[end - 1] in _TAIL and more.get(address[end - 1], 1) > 0:
        end -= 1
        if address[end] in more:
            more[address[end]] -= 1
    return address[:end]


def _render_mention(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    name = tokens[index].content
    url = env["mentions"].get(name)
    return f'<a href="{html.escape(url)}">@{html.escape(name)}</a>' if url else f"@{html.escape(name)}"


def _lower_headings(text: str) -> str:
    # The page's own headings come first: a member's largest heading is an h3.
    return re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{'3' if found[2] in '12' else '4'}>", text)


def _only_our_pictures(tag: str, attribute: str, value: str) -> str | None:
    return value if tag != "img" or attribute != "src" or is_ours(value) else None


def is_ours(address: str) -> bool:
    """Whether a picture was uploaded here: browsers ask for it by themselves, so it must lead nowhere else."""
    return _OUR_PICTURE.fullmatch(address.removeprefix(settings.MEDIA_URL)) is not None


def pictures_in(source: str) -> set[str]:
    """The files of pictures uploaded here that a text names, however it writes them."""
    if ".webp" not in (plain := as_meant(source)):
        return set()
    return {*_OUR_PICTURE.findall(source), *_OUR_PICTURE.findall(plain)}


def as_meant(source: str) -> str:
    """A text with the characters that its entities and its backslashes stand for."""
    return _ESCAPED.sub(r"\1", html.unescape(source))


def picture(address: str, alt: str) -> str:
    """A picture of ours with what it shows, in one line of at most 200 characters, every one of which means itself."""
    line = " ".join(alt.replace("\0", "").split())[:MAX_ALT].rstrip()
    escaped = re.sub(r"([\\`*_\[\]<>&~])", r"\\\1", line)
    return f"![{escaped}]({address})"


def quote(name: str, post_id: int, text: str) -> str:
    """A quotation to begin a reply with."""
    lines = "\n".join(f"> {line}" for line in text[:400].splitlines() or [""])
    safe = re.sub(r"[\[\]\n]", " ", name)[:80]
    return f"> [{safe}](/posts/{post_id}/)\n>\n{lines}\n\n"
