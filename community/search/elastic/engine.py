"""One index on a cluster: asking it and writing to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from elasticsearch import Elasticsearch

from community.kernel.api import batched
from community.search.elastic.compiler import Compiler, result
from community.search.elastic.connection import Connection
from community.search.elastic.generations import Generations
from community.search.port import DIGEST, Doc, Held, Query, Report, Result, Schema, SearchDown, why

CHUNK = 500
STEP = 5000
STEP_SECONDS = 10  # for a page of ids; somebody may be waiting for all of them
OK_BELOW = 300
CONFLICT = 409
NOT_FOUND = 404  # the index itself
TOO_MANY = 429
SERVER_ERROR = 500
NAMED_FIELD = re.compile(r"field \[(\w+)\]")


class Elastic:
    """One index on a cluster."""

    def __init__(self, schema: Schema, es: Elasticsearch, *, prefix: str = "") -> None:
        self.schema, self.es = schema, es
        self.bulk = es.options(request_timeout=60)
        self._compiler = Compiler(schema)
        connection = Connection(schema.name)
        self._ask = connection.ask
        self._indexes = Generations(schema, self.bulk, connection, prefix=prefix)

    # Reading

    def search(self, query: Query) -> Result:
        """Answer a question of the schema."""
        request = self._compiler.request(query.checked(self.schema))
        return result(self._ask(request.using(self.es).index(self._indexes.read).execute), query)

    def ids(self, query: Query, step: int = STEP) -> Iterator[str]:
        """All matching ids in tie order, from one point in time."""
        return (hit["_id"] for hit in self._hits(query.checked(self.schema), step))

    def held(self, step: int = STEP) -> Iterator[Held]:
        """Every document in tie order, from one point in time."""
        hits = self._hits(Query(), step, version=True, docvalue_fields=[DIGEST])
        return (Held(hit["_id"], hit["_version"], hit["fields"][DIGEST][0]) for hit in hits)

    def _hits(self, query: Query, step: int, **wanted: Any) -> Iterator[dict[str, Any]]:
        body = self._compiler.everything(query)
        pit = self._ask(lambda: self.es.open_point_in_time(index=self._indexes.read, keep_alive="2m"))["id"]
        after: list[Any] | None = None
        try:
            while True:
                found = self._page(body, pit, after, step, wanted)
                hits, pit = found["hits"]["hits"], found["pit_id"]
                yield from hits
                if len(hits) < step:
                    return
                after = hits[-1]["sort"]
        finally:
            with suppress(SearchDown):  # it ends by itself
                self._ask(lambda: self.es.close_point_in_time(id=pit))

    def _page(self, body: dict[str, Any], pit: str, after: list[Any] | None, step: int, wanted: dict[str, Any]) -> Any:
        return self._ask(
            lambda: self.es.options(request_timeout=STEP_SECONDS).search(
                query=body,
                size=step,
                sort=[{"tie": "asc"}],
                source=False,
                track_total_hits=False,
                pit={"id": pit, "keep_alive": "2m"},
                search_after=after,
                **wanted,
            )
        )

    # Writing: the relay only

    def put(self, docs: Iterable[Doc]) -> Report:
        """Write documents with the version guard."""
        return self._put(docs, index=None)

    def _put(self, docs: Iterable[Doc], *, index: str | None) -> Report:
        report = Report()
        for batch in batched(docs, CHUNK):
            operations = self._operations(batch, report)
            if operations:
                self._bulk(operations, index, report)
        return report

    def _operations(self, batch: list[Doc], report: Report) -> list[dict[str, Any]]:
        operations: list[dict[str, Any]] = []
        for document in batch:
            try:
                row = self.schema.row(document)
            except ValueError as error:
                report.errors[document.id] = why(error)
                continue
            guard = {"_id": document.id, "version": document.version, "version_type": "external_gte"}
            operations += [{"index": guard}, row]
        return operations

    def _bulk(self, operations: list[dict[str, Any]], index: str | None, report: Report) -> None:
        # Without require_alias a missing name would become an index with a guessed mapping.
        name = index or self._indexes.write
        answer = self._ask(lambda: self.bulk.bulk(index=name, operations=operations, require_alias=index is None))
        for item in answer["items"]:
            got = item["index"]
            if got["status"] < OK_BELOW:
                report.written += 1
            elif got["status"] == CONFLICT:
                report.stale += 1
            elif got["status"] in (TOO_MANY, NOT_FOUND) or got["status"] >= SERVER_ERROR:
                raise SearchDown(f"{got['status']} {got['error']['type']}")  # the relay sends the batch again
            else:
                report.errors[got["_id"]] = self._why(got["error"])

    def _why(self, error: dict[str, Any]) -> str:
        """The type of an error and the field it is about; the cluster's reason would quote the value."""
        named = NAMED_FIELD.search(error.get("reason") or "")
        about = f" in {named[1]}" if named and named[1] in self.schema.fields else ""
        return f"{error['type']}{about}"

    def missing(self) -> bool:
        """Whether there is no index to write to."""
        return not self._indexes.present()

    def ensure(self) -> bool:
        """Make the index where it is missing; whether it was."""
        if self._indexes.present():
            return False
        self._indexes.switch(self._indexes.create())
        return True

    def rebuild(
        self, docs: Iterable[Doc], tail: Iterable[Doc] = (), *, ready: Callable[[], object] | None = None
    ) -> Report:
        """Fill a new index, then move both aliases."""
        name = self._indexes.create()
        report = self._put(docs, index=name)
        since = self._put(tail, index=name)
        if ready:
            ready()
        self._indexes.switch(name)
        report.stale += since.stale
        report.errors |= since.errors
        return report

    def tidy(self) -> int:
        """Remove what earlier versions and killed rebuilds left."""
        return self._indexes.tidy()

    def refresh(self) -> None:
        """Make all writes visible now."""
        self._ask(lambda: self.bulk.indices.refresh(index=self._indexes.read, ignore_unavailable=True))

    def drop(self) -> None:
        """Remove the index and everything in it."""
        self._indexes.drop()

    def close(self) -> None:
        """Close the connections to the cluster."""
        self.es.close()
