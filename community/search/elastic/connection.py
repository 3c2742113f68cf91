"""The way to the cluster: who cannot get through is told so at once, and asks again after some seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Never, TypeVar

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from community.kernel.api import CircuitBreaker
from community.search.port import SearchDown

AWAY = (429, 502, 503, 504)

T = TypeVar("T")


class NotNow(Exception):
    """The cluster, or a proxy before it, answers that it cannot."""


def client(url: str, **options: Any) -> Elasticsearch:
    """A client for pages: one short try, no retry."""
    defaults = {"request_timeout": 2, "max_retries": 0, "retry_on_timeout": False, "connections_per_node": 50}
    return Elasticsearch(url, **{**defaults, **options})


class Connection:
    """Calls for one index. One that is broken spares nobody the others, so each has a breaker of its own."""

    def __init__(self, index: str) -> None:
        # No connection, a timeout, a proxy's page.
        self._breaker = CircuitBreaker(f"elasticsearch ({index})", (TransportError, UnsupportedProductError, NotNow))

    def ask(self, call: Callable[[], T]) -> T:
        """What the cluster answers. Raises SearchDown: while it is away without a try, so that a page loses no time."""
        answer = self._breaker.ask(partial(_answer, call), otherwise=_away)
        if isinstance(answer, ApiError):
            raise SearchDown(f"{answer.status_code} {answer}") from answer
        return answer


def _answer(call: Callable[[], T]) -> T | ApiError:
    """The answer, be it a refusal: whoever refuses is there."""
    try:
        return call()
    except ApiError as error:
        if error.status_code in AWAY:
            raise NotNow(f"{error.status_code} {error}") from error
        return error


def _away() -> Never:
    raise SearchDown("Elasticsearch is away")
