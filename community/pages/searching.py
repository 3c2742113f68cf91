"""The site's search box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from community.kernel.api import contributions, in_language, now, one_line, page_in, pages_of, rate_limit
from community.kernel.templatetags.ui import in_its_language
from community.members.api import cards
from community.search.api import (
    MAX_WINDOW,
    PAGE_SIZE,
    ContentResult,
    Hit,
    Meaning,
    SearchDown,
    count_content,
    kinds,
    meanings_of,
    search_content,
)
from community.traces.api import record_search_of

MAX_WORDS = 200
LAST_PAGE = MAX_WINDOW // PAGE_SIZE
MOST_OFF, LONGEST_OFF = 40, 60
TERMS_SHOWN = 2
FEWER_WORDS = 4
SORTS = ("", "new", "lively")
LANGUAGES = {"en": "English", "zh-hans": "中文"}  # each by its own name


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: words, narrowed down to a kind, a language and a place, without some other words."""

    words: str
    kind: str
    language: str
    place: str
    sort: str
    page: int
    off: tuple[str, ...]

    def link(self, **changes: Any) -> str:
        """The query string of this search with some of it changed; pages begin anew."""
        values = {
            "q": self.words,
            "kind": self.kind,
            "lang": self.language,
            "in": self.place,
            "sort": self.sort,
            "off": self.off,
            **changes,
        }
        query = QueryDict(mutable=True)
        for name, value in values.items():
            query.setlist(name, list(value) if isinstance(value, tuple) else [value] if value else [])
        return f"?{query.urlencode()}"


@dataclass(frozen=True)
class Choice:
    """A value one may narrow down to, as a link; ``share`` of the largest count, in percent."""

    label: str
    count: int
    share: float
    link: str
    chosen: bool


@dataclass(frozen=True)
class Term:
    """Another word that is searched for too, with the link that takes it off."""

    word: str
    link: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Topics, replies, ideas, clubs, members and articles one may see."""
    asked = _asked(request.GET)
    context: dict[str, Any] = {"words": asked.words, "asked": asked, "page": asked.page, "away": False}
    if asked.words:
        rate_limit(request.user.pk or request.META.get("REMOTE_ADDR"), "search", now=now())
        context |= _answer(request, asked)
    return render(request, "pages/search.html", context)


def _asked(query: QueryDict) -> Asked:
    kind, sort = query.get("kind", ""), query.get("sort", "")
    place = query.get("in", "")
    return Asked(
        words=one_line(query.get("q", ""), MAX_WORDS),
        kind=kind if kind in {one.kind for one in kinds()} else "",
        language=language if (language := query.get("lang", "")) in LANGUAGES else "",
        place=place if place.isascii() and place.replace(":", "").replace("-", "").isalnum() else "",
        sort=sort if sort in SORTS else "",
        page=min(page_in(query.get("page")), LAST_PAGE),
        off=tuple(word[:LONGEST_OFF] for word in query.getlist("off")[:MOST_OFF]),
    )


def _answer(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    meanings = meanings_of(asked.words, without=asked.off)
    try:
        result = _found(request, asked, meanings)
    except SearchDown:
        _record(request, asked.words, 0)
        return {"away": True, "result": ContentResult(0)}
    _record(request, asked.words, result.total)
    counts = dict(result.facets.get("kind", []))
    every = sum(counts.values())
    return {
        "result": result,
        "lines": _lines(result.hits),
        "kinds": _kinds(asked, counts),
        "every": every,
        "languages": _languages(asked, result),
        "terms": _terms(asked, meanings),
        "more_terms": _more_terms(asked, meanings),
        "place": _place(request, asked.place),
        "anywhere": asked.link(**{"in": ""}),
        "all_kinds": asked.link(kind=""),
        "pages": min(pages_of(result.total, PAGE_SIZE), LAST_PAGE),
        "sorts": [(word, asked.link(sort=sort), sort == asked.sort) for sort, word in _sorts()],
        "fewer": _with_fewer_words(request, asked) if not result.total else [],
        "near": _near(asked.words) if not result.total else [],
    }


def _found(request: HttpRequest, asked: Asked, meanings: Sequence[Meaning]) -> ContentResult:
    return search_content(
        asked.words,
        viewer=request.user,
        kinds=[asked.kind] if asked.kind else [],
        language=asked.language,
        place=asked.place,
        meanings=meanings,
        sort=asked.sort,
        page=asked.page,
    )


def _record(request: HttpRequest, words: str, found: int) -> None:
    """What somebody looks for tells as much when nothing answers."""
    record_search_of(request, words=words, found=found, again="again" in request.GET, now=now())


def _lines(hits: Sequence[Hit]) -> list[tuple[Hit, Any]]:
    people = cards((hit.found.by_id for hit in hits), cars=False)
    return [(hit, people.get(hit.found.by_id or 0)) for hit in hits]


def _kinds(asked: Asked, counts: dict[str, int]) -> list[Choice]:
    return [
        Choice(str(one.label), counts.get(one.kind, 0), 0, asked.link(kind=one.kind), one.kind == asked.kind)
        for one in kinds()
        if counts.get(one.kind) or one.kind == asked.kind
    ]


def _languages(asked: Asked, result: ContentResult) -> list[Choice]:
    """The languages of the hits, each with its link; the chosen one's link takes it off."""
    counts = dict(result.facets.get("language", []))
    most = max(counts.values(), default=1)
    return [
        Choice(
            name,
            counts.get(code, 0),
            100 * counts.get(code, 0) / most,
            asked.link(lang="" if code == asked.language else code),
            code == asked.language,
        )
        for code, name in LANGUAGES.items()
    ]


def _terms(asked: Asked, meanings: Sequence[Meaning]) -> list[Term]:
    return [Term(word, asked.link(off=(*asked.off, word))) for one in meanings for word in one.also[:TERMS_SHOWN]]


def _more_terms(asked: Asked, meanings: Sequence[Meaning]) -> dict[str, Any]:
    """The other words that are not shown one by one, and the link that takes them off together."""
    words = tuple(word for one in meanings for word in one.also[TERMS_SHOWN:])
    if not words:
        return {}
    between = in_language("、", ", ")
    return {
        "said": between.join(words),
        "read": format_html_join(between, "{}", ((in_its_language(word),) for word in words)),
        "count": len(words),
        "link": asked.link(off=(*asked.off, *words)),
    }


def _place(request: HttpRequest, place: str) -> dict[str, str]:
    found: list[dict[str, str]] = contributions("search.place", request.user, place) if place else []
    return found[0] if found else {}


def _sorts() -> list[tuple[str, str]]:
    return [("", _("Best match")), ("new", _("Newest")), ("lively", _("Liveliest"))]


def _with_fewer_words(request: HttpRequest, asked: Asked) -> list[tuple[str, int, str]]:
    """What is found with one word less: the words that are left, how many hits, and the link."""
    words = asked.words.split()
    if not 1 < len(words) <= FEWER_WORDS:
        return []
    found = []
    for number in range(len(words)):
        left = Asked(" ".join([*words[:number], *words[number + 1 :]]), "", "", asked.place, "", 1, ())
        try:
            total = count_content(left.words, viewer=request.user, place=asked.place)
        except SearchDown:  # it went away since
            return []
        if total:
            found.append((left.words, total, left.link()))
    return found


def _near(words: str) -> list[str]:
    return [name for part in contributions("search.near", words) for name in part]
