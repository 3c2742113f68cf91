"""The search port: what a document, a query and an answer are, for either engine.

The port decides everything two engines could answer differently: tokens, value limits, tie order, what a missing
value does. An engine only stores and matches.
"""

from community.search.port.questions import (
    FIRST_GROUP,
    MAX_WINDOW,
    Engine,
    Held,
    PageOutOfReach,
    Query,
    Report,
    Result,
    SearchDown,
    bound,
    top,
)
from community.search.port.schema import (
    BITS,
    DATE,
    DIGEST,
    GONE,
    KEYWORD,
    MAX_POINTS,
    NUMBER,
    TOKENS,
    WEIGHTS,
    BadValue,
    Doc,
    Field,
    Schema,
    levels_of,
    tie,
    why,
)

__all__ = [
    "BITS",
    "DATE",
    "DIGEST",
    "FIRST_GROUP",
    "GONE",
    "KEYWORD",
    "MAX_POINTS",
    "MAX_WINDOW",
    "NUMBER",
    "TOKENS",
    "WEIGHTS",
    "BadValue",
    "Doc",
    "Engine",
    "Field",
    "Held",
    "PageOutOfReach",
    "Query",
    "Report",
    "Result",
    "Schema",
    "SearchDown",
    "bound",
    "levels_of",
    "tie",
    "top",
    "why",
]
