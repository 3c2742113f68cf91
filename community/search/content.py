"""The content index: topics, posts, ideas, clubs, members and articles in one list, for the site's search box."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from community.kernel.api import contributions
from community.search.meanings import Meaning, asked, meanings_of
from community.search.port import DATE, KEYWORD, NUMBER, TOKENS, Field, Query, Schema
from community.search.registry import Index, engine_of, register_index
from community.search.services import mark
from community.search.text import excerpt, highlight, matches, query_tokens, query_words, telling_tokens, tokens

INDEX = "content"
PAGE_SIZE = 20
ALIKE = 0.2  # of how much a text is like itself
EXCERPT = 220
SORTS = {"": "", "new": "-created", "lively": "-popularity"}

SCHEMA = Schema(
    INDEX,
    {
        "title": Field(TOKENS, boost=3.0),
        "body": Field(TOKENS),
        "kind": Field(KEYWORD),
        "language": Field(KEYWORD),
        "readers": Field(KEYWORD),
        "place": Field(KEYWORD),
        "author": Field(KEYWORD),
        "created": Field(DATE),
        "popularity": Field(NUMBER),
        "names": Field(KEYWORD),
    },
)


@dataclass(frozen=True, kw_only=True)
class ContentDocument:
    """What is indexed of one thing.

    ``readers`` are the tokens of those who may see it; ``popularity`` must not give away a hidden count. ``names`` are
    what it is found by while somebody still types them.
    """

    id: int
    title: str
    body: str
    language: str
    readers: tuple[str, ...]
    created_at: datetime
    author_id: int | None = None
    place: str = ""
    popularity: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """A hit as its app presents it: plain text, not yet highlighted.

    Hits of one ``group`` (a topic and its replies) are shown as one; ``part`` says which part of it this is.
    """

    url: str
    title: str
    body: str
    at: datetime | None = None
    by_id: int | None = None
    place_name: str = ""
    place_url: str = ""
    language: str = ""
    group: str = ""
    part: str = ""


class Viewer(Protocol):
    """Who searches: a member or an anonymous user."""

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""


@dataclass(frozen=True, kw_only=True)
class ContentKind:
    """A kind of content, and what one of it is called.

    ``present`` answers only for what the viewer may see: the second check after the index.
    """

    kind: str
    label: Any
    single: Any
    load: Callable[[Sequence[int]], Iterable[ContentDocument]]
    all_ids: Callable[[], Iterable[int]]
    present: Callable[[Sequence[int], Any], Mapping[int, Found]]


@dataclass
class Hit:
    """One line of the search page; title and excerpt are safe HTML with marks.

    ``in_title`` and ``in_text``: where words were found; ``meant``: the other word for which it was found, where the
    words themselves are not in it. ``more`` are the other hits of its group.
    """

    kind: str
    label: Any
    found: Found
    title: str
    excerpt: str
    in_title: bool = False
    in_text: bool = False
    meant: str = ""
    more: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class ContentResult:
    """The answer to a search; facets are (value, count) lists for kind and language."""

    total: int
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


_KINDS: dict[str, ContentKind] = {}


def register_content(kind: ContentKind) -> None:
    """Make a kind of content searchable."""
    _KINDS[kind.kind] = kind


def kinds() -> list[ContentKind]:
    """All kinds of content that are searchable, in the order they were registered."""
    return list(_KINDS.values())


def mark_content(kind: str, ids: Iterable[int]) -> None:
    """Have content written again, in the caller's transaction; also what was deleted."""
    mark(INDEX, (f"{kind}:{object_id}" for object_id in ids))


def readers_of(viewer: Viewer) -> tuple[str, ...]:
    """The reader tokens a viewer holds."""
    own = ["public", *(["member"] if viewer.is_authenticated else [])]
    for more in contributions("search.readers", viewer):
        own += more
    return tuple(dict.fromkeys(own))


def search_content(
    text: str,
    *,
    viewer: Viewer,
    kinds: Sequence[str] = (),
    language: str = "",
    place: str = "",
    meanings: Sequence[Meaning] = (),
    sort: str = "",
    page: int = 1,
) -> ContentResult:
    """Search what the viewer may read. Raises SearchDown and PageOutOfReach."""
    if not query_words(text):
        return ContentResult(0)
    chosen = {"kind": tuple(kinds), "language": (language,) if language else (), "place": (place,) if place else ()}
    must, either = asked(query_tokens(text), meanings)
    query = Query(
        words=tuple(must),
        either=either,
        any={"readers": readers_of(viewer), **{name: values for name, values in chosen.items() if values}},
        facets={"kind": 10, "language": 5},
        sort=SORTS.get(sort, ""),
        page=page,
        size=PAGE_SIZE,
    )
    result = engine_of(INDEX).search(query)
    return ContentResult(result.total, _grouped(_hits(result.ids, text, meanings, viewer)), result.facets)


def count_content(text: str, *, viewer: Viewer, place: str = "") -> int:
    """How much a viewer would find by these words and what else they are called, unread. Raises SearchDown."""
    if not query_words(text):
        return 0
    must, either = asked(query_tokens(text), meanings_of(text))
    any_of = {"readers": readers_of(viewer), **({"place": (place,)} if place else {})}
    return engine_of(INDEX).search(Query(words=tuple(must), either=either, any=any_of, size=1)).total


def named_so(kind: str, beginning: str, *, viewer: Viewer, limit: int) -> list[int]:
    """What of a kind has a name that begins so, letter for letter: ids, in no order. Raises SearchDown."""
    query = Query(starts=("names", beginning), any={"kind": (kind,), "readers": readers_of(viewer)}, size=limit)
    return [int(one.partition(":")[2]) for one in engine_of(INDEX).search(query).ids]


def close_to(kind: str, object_id: int, text: str, *, viewer: Viewer, limit: int) -> list[int]:
    """What of a kind is closest to one of its own by a text of it, its title perhaps: ids, without its own.

    Closeness is the words they share, and what higher floors say these stand for ("search.subjects"). The viewer may
    read what the ids stand for now; whoever keeps them asks again. Raises SearchDown.
    """
    subjects = [name for found in contributions("search.subjects", text) for name in found]
    like = tuple(telling_tokens(" ".join([text, *subjects])))
    if not like:
        return []
    only = {"kind": (kind,), "readers": readers_of(viewer)}
    result = engine_of(INDEX).search(Query(like=like, any=only, size=PAGE_SIZE))
    found = [(int(one.partition(":")[2]), score) for one, score in zip(result.ids, result.scores, strict=True)]
    # One small word shared is no closeness. Nothing is more like a text than itself: that measures the others.
    least = ALIKE * next((score for pk, score in found if pk == object_id), found[0][1] if found else 0.0)
    return [pk for pk, score in found if pk != object_id and score >= least][:limit]


def _hits(ids: Sequence[str], text: str, meanings: Sequence[Meaning], viewer: Viewer) -> list[Hit]:
    split = [(kind, int(number)) for kind, _, number in (document_id.partition(":") for document_id in ids)]
    presented: dict[tuple[str, int], Found] = {}
    for kind in dict.fromkeys(kind for kind, _ in split):
        numbers = [number for other, number in split if other == kind]
        found = _KINDS[kind].present(numbers, viewer) if kind in _KINDS else {}
        presented |= {(kind, number): one for number, one in found.items()}
    return [_hit(key[0], presented[key], text, meanings) for key in split if key in presented]


def _hit(kind: str, found: Found, text: str, meanings: Sequence[Meaning]) -> Hit:
    words, meant = query_words(text), ""
    there, own = set(tokens(f"{found.title} {found.body}")), query_tokens(text)
    for one in meanings:
        present = [word for word in one.also if set(query_tokens(word)) <= there]
        if present and not set(one.in_query(own)) <= there:
            words += [word for other in present for word in query_words(other)]
            meant = meant or present[0]
    short = excerpt(found.body, words, length=EXCERPT)
    title = highlight(found.title, words)
    in_title, in_text = (any(matches(one, words)) for one in (found.title, found.body))
    return Hit(kind, _KINDS[kind].single, found, title, highlight(short, words), in_title, in_text, meant)


def _grouped(hits: Sequence[Hit]) -> list[Hit]:
    """The hits with those of one group under the first of them."""
    first: dict[str, Hit] = {}
    shown = []
    for hit in hits:
        known = first.setdefault(hit.found.group, hit) if hit.found.group else hit
        if known is hit:
            shown.append(hit)
        else:
            known.more.append(hit)
    return shown


def _load(ids: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    for name, kind in _KINDS.items():
        numbers = [int(number) for other, _, number in (one.partition(":") for one in ids) if other == name]
        if numbers:
            yield from ((f"{name}:{document.id}", _values(name, document)) for document in kind.load(numbers))


def _values(kind: str, document: ContentDocument) -> dict[str, Any]:
    return {
        "title": tokens(document.title),
        "body": tokens(document.body),
        "kind": kind,
        "language": document.language,
        "readers": list(document.readers),
        "place": document.place,
        "author": str(document.author_id or ""),
        "created": document.created_at,
        "popularity": document.popularity,
        "names": list(document.names),
    }


def _all_ids() -> Iterator[str]:
    for name, kind in _KINDS.items():
        yield from (f"{name}:{number}" for number in kind.all_ids())


register_index(Index(INDEX, SCHEMA, _load, _all_ids))
