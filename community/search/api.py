"""The door of search: everything other apps may use of it."""

from collections.abc import Iterator

from community.search.content import (
    PAGE_SIZE,
    ContentDocument,
    ContentKind,
    ContentResult,
    Found,
    Hit,
    close_to,
    count_content,
    kinds,
    mark_content,
    named_so,
    register_content,
    search_content,
)
from community.search.meanings import Meaning, meanings_of
from community.search.port import (
    DATE,
    KEYWORD,
    MAX_WINDOW,
    NUMBER,
    TOKENS,
    WEIGHTS,
    Doc,
    Field,
    PageOutOfReach,
    Query,
    Result,
    Schema,
    SearchDown,
)
from community.search.registry import Index, close_engines, engine_of, register_index
from community.search.services import lag, mark, rebuild
from community.search.text import (
    HAN,
    excerpt,
    highlight,
    is_han,
    matches,
    normalise,
    pieces,
    query_tokens,
    query_words,
    stem,
    tokens,
)


def query(index: str, question: Query) -> Result:
    """Ask an index. Raises SearchDown, PageOutOfReach, and ValueError for what its schema cannot answer."""
    return engine_of(index).search(question)


def all_matching(index: str, question: Query) -> Iterator[str]:
    """The ids of all documents that match, in tie order. Raises SearchDown."""
    return engine_of(index).ids(question)


def missing(index: str) -> bool:
    """Whether an index was never made, or is lost. Raises SearchDown."""
    return engine_of(index).missing()


__all__ = [
    "DATE",
    "HAN",
    "KEYWORD",
    "MAX_WINDOW",
    "NUMBER",
    "PAGE_SIZE",
    "TOKENS",
    "WEIGHTS",
    "ContentDocument",
    "ContentKind",
    "ContentResult",
    "Doc",
    "Field",
    "Found",
    "Hit",
    "Index",
    "Meaning",
    "PageOutOfReach",
    "Query",
    "Result",
    "Schema",
    "SearchDown",
    "all_matching",
    "close_engines",
    "close_to",
    "count_content",
    "excerpt",
    "highlight",
    "is_han",
    "kinds",
    "lag",
    "mark",
    "mark_content",
    "matches",
    "meanings_of",
    "missing",
    "named_so",
    "normalise",
    "pieces",
    "query",
    "query_tokens",
    "query_words",
    "rebuild",
    "register_content",
    "register_index",
    "search_content",
    "stem",
    "tokens",
]
