"""The production engine: Elasticsearch, through ``elasticsearch.dsl``.

Two aliases: ``name-mark`` is read, ``name-mark-w`` is written; mark stands for the fields, so two releases can run
side by side. A rebuild fills a new index and moves both aliases at once. Nothing is used that needs scripts, analysers
or plugins: the same code runs on the bare server, the official image and a managed cluster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError
from elasticsearch.dsl import A, Index, Mapping, Search
from elasticsearch.dsl.query import Bool, Prefix, Range, SparseVector, Term, Terms
from elasticsearch.dsl.query import Query as Clause

from community.kernel.api import batched
from community.search.port import (
    DATE,
    FIRST_GROUP,
    GONE,
    NUMBER,
    TOKENS,
    WEIGHTS,
    Doc,
    Query,
    Report,
    Result,
    Schema,
    SearchDown,
    bound,
    level,
)

HOLD_SECONDS = 5.0  # without a try after a failure: an outage costs a page nothing
CHUNK = 500
STEP = 5000
AWAY = (429, 502, 503, 504)
OK_BELOW = 300
CONFLICT = 409
NOT_FOUND = 404  # the index itself
TOO_MANY = 429
SERVER_ERROR = 500

T = TypeVar("T")


def client(url: str, **options: Any) -> Elasticsearch:
    """A client for pages: one short try, no retry."""
    defaults = {"request_timeout": 2, "max_retries": 0, "retry_on_timeout": False, "connections_per_node": 50}
    return Elasticsearch(url, **{**defaults, **options})


def mapping(schema: Schema) -> Mapping:
    """The strict mapping of a schema."""
    fields = Mapping()
    fields.meta("dynamic", "strict")
    fields.field("tie", "long", index=False)
    fields.field(GONE, "keyword", doc_values=False)
    for name, field in schema.fields.items():
        if field.kind == TOKENS:
            fields.field(name, "text", analyzer="whitespace", index_options="freqs")
        elif field.kind == NUMBER:
            fields.field(name, "double")
        elif field.kind == DATE:
            fields.field(name, "date", format="epoch_millis")
        else:
            fields.field(name, "keyword")
        if field.kind == WEIGHTS:
            fields.field(f"{name}_lv", "keyword", doc_values=False)
            fields.field(f"{name}_w", "sparse_vector")
    return fields


class Elastic:
    """One index on a cluster."""

    def __init__(self, schema: Schema, es: Elasticsearch, *, prefix: str = "") -> None:
        self.schema, self.es = schema, es
        self.bulk = es.options(request_timeout=60)
        self.read = f"{prefix}{schema.name}-{schema.mark}"
        self.write = f"{self.read}-w"
        self._held_until = 0.0

    def _call(self, call: Callable[[], T]) -> T:
        if time.monotonic() < self._held_until:
            raise SearchDown("held back after a failure")
        try:
            return call()
        except (TransportError, UnsupportedProductError) as error:  # no connection, timeout, a proxy's page
            self._held_until = time.monotonic() + HOLD_SECONDS
            raise SearchDown(repr(error)) from error
        except ApiError as error:
            if error.status_code in AWAY:
                self._held_until = time.monotonic() + HOLD_SECONDS
            raise SearchDown(f"{error.status_code} {error}") from error

    # Reading

    def search(self, query: Query) -> Result:
        """Answer a question of the schema."""
        request = self.request(query)
        found: Any = self._call(request.execute)
        facets = {name: self._buckets(found.aggregations, name, spec) for name, spec in query.facets.items()}
        scores = [hit.meta.score for hit in found.hits] if query.scored and not query.sort else []
        return Result(found.hits.total.value, [hit.meta.id for hit in found.hits], scores, facets)

    def request(self, query: Query) -> Search:
        """The request for a question; a facet is counted without its own choice, the hits with all of them."""
        query.checked(self.schema)
        start, end = query.window
        picked = {
            name: _clause(Terms, name, list(values)) for name, values in query.any.items() if name in query.facets
        }
        search = Search(using=self.es, index=self.read).query(self._compile(query))[start:end].source(False)
        search = search.extra(track_total_hits=True).params(allow_partial_search_results=False)
        if picked:
            search = search.post_filter(Bool(filter=list(picked.values())))
        for name, spec in query.facets.items():
            others = [clause for key, clause in picked.items() if key != name]
            box = search.aggs.bucket(f"f_{name}", "filter", Bool(filter=others)) if others else search.aggs
            box.bucket(name, _aggregation(name, spec))
        return self._ordered(search, query)

    def _ordered(self, search: Search, query: Query) -> Search:
        name, tag = query.sort_field
        by_tie: Any = {"tie": "asc"}
        if tag or (not name and query.scored):
            return search.sort({"_score": {"order": "desc"}}, by_tie).extra(track_scores=True)
        if name:
            order = "desc" if query.sort.startswith("-") else "asc"
            return search.sort({name: {"order": order, "missing": "_last"}}, by_tie)
        return search.sort(by_tie)

    def _compile(self, query: Query) -> Clause:
        name, tag = query.sort_field
        scored: list[Clause] = []
        filters: list[Clause] = []
        words = [*(self._word(token) for token in query.words), *(self._any_group(one) for one in query.either)]
        (filters if query.sort else scored).extend(words)
        if query.starts:
            filters.append(_clause(Prefix, query.starts[0], query.starts[1]))
        filters += [_clause(Term, n, value) for n, values in query.must.items() for value in values]
        filters += [
            Term(**{f"{n}_lv": level(t, least)}) for n, tags in query.least.items() for t, least in tags.items()
        ]
        filters += [_clause(Range, n, _borders(*borders)) for n, borders in query.ranges.items()]
        filters += [_clause(Terms, n, list(values)) for n, values in query.any.items() if n not in query.facets]
        if tag:
            filters.append(_clause(Term, name, tag))
            scored.append(SparseVector(field=f"{name}_w", query_vector={tag: 1.0}, prune=False))
        excluded = [_clause(Term, GONE, "y"), *(_clause(Terms, n, list(values)) for n, values in query.none.items())]
        return Bool(must=scored, filter=filters, must_not=excluded)

    def _word(self, token: str) -> Clause:
        fields = [(name, field) for name, field in self.schema.fields.items() if field.kind == TOKENS]
        return Bool(should=[_clause(Term, name, {"value": token, "boost": field.boost}) for name, field in fields])

    def _any_group(self, groups: Sequence[Sequence[str]]) -> Clause:
        boosts = [FIRST_GROUP, *([1.0] * (len(groups) - 1))]
        return Bool(
            should=[
                Bool(must=[self._word(token) for token in group], boost=boost)
                for group, boost in zip(groups, boosts, strict=True)
            ]
        )

    def _buckets(self, aggregations: Any, name: str, spec: int | tuple[Any, ...]) -> list[tuple[Any, int]]:
        found = aggregations[f"f_{name}"][name] if f"f_{name}" in aggregations else aggregations[name]
        if isinstance(spec, int):
            return [(bucket.key, bucket.doc_count) for bucket in found.buckets]
        return list(zip(spec[:-1], (bucket.doc_count for bucket in found.buckets), strict=True))

    def ids(self, query: Query, step: int = STEP) -> Iterator[str]:
        """All matching ids in tie order, from one point in time."""
        query.checked(self.schema)
        pit = self._call(lambda: self.es.open_point_in_time(index=self.read, keep_alive="2m"))["id"]
        picked = [_clause(Terms, name, list(values)) for name, values in query.any.items()]
        body = Bool(filter=[self._compile(query), *picked]).to_dict()
        after: list[Any] | None = None
        try:
            while True:
                found = self._page(body, pit, after, step)
                hits, pit = found["hits"]["hits"], found["pit_id"]
                yield from (hit["_id"] for hit in hits)
                if len(hits) < step:
                    return
                after = hits[-1]["sort"]
        finally:
            self.es.close_point_in_time(id=pit)

    def _page(self, body: dict[str, Any], pit: str, after: list[Any] | None, step: int) -> Any:
        return self._call(
            lambda: self.bulk.search(
                query=body,
                size=step,
                sort=[{"tie": "asc"}],
                source=False,
                track_total_hits=False,
                pit={"id": pit, "keep_alive": "2m"},
                search_after=after,
            )
        )

    # Writing: the relay only

    def put(self, docs: Iterable[Doc]) -> Report:
        """Write documents with the version guard."""
        self.ensure()
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
                report.errors[document.id] = str(error)
                continue
            guard = {"_id": document.id, "version": document.version, "version_type": "external_gte"}
            operations += [{"index": guard}, row]
        return operations

    def _bulk(self, operations: list[dict[str, Any]], index: str | None, report: Report) -> None:
        # Without require_alias a missing name would become an index with a guessed mapping.
        answer = self._call(
            lambda: self.bulk.bulk(index=index or self.write, operations=operations, require_alias=index is None)
        )
        for item in answer["items"]:
            got = item["index"]
            if got["status"] < OK_BELOW:
                report.written += 1
            elif got["status"] == CONFLICT:
                report.stale += 1
            elif got["status"] in (TOO_MANY, NOT_FOUND) or got["status"] >= SERVER_ERROR:
                raise SearchDown(f"{got['status']} {got['error']['type']}")  # the relay sends the batch again
            else:
                report.errors[got["_id"]] = f"{got['error']['type']}: {got['error']['reason']}"

    def ensure(self) -> bool:
        """Make the index where it is missing; whether it was."""
        if self._call(lambda: bool(self.bulk.indices.exists_alias(name=self.write))):
            return False
        self._switch(self._create())
        return True

    def _create(self) -> str:
        name = f"{self.read}-{time.time_ns()}"
        index = Index(name, using=self.bulk)
        index.settings(number_of_shards=1, number_of_replicas=0, refresh_interval="-1")
        index.mapping(mapping(self.schema))
        self._call(index.create)
        return name

    def _switch(self, name: str) -> None:
        """Readers and the writer move in one step; then the old index goes."""
        # A copy on a second node where the cluster has one.
        settings = {"refresh_interval": "200ms", "auto_expand_replicas": "0-1"}
        self._call(lambda: self.bulk.indices.put_settings(index=name, settings=settings))
        self._call(lambda: self.bulk.indices.refresh(index=name))
        old = self._indices()
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": alias, "must_exist": False}}
            for index in old
            for alias in (self.read, self.write)
        ]
        actions.append({"add": {"index": name, "alias": self.read}})
        actions.append({"add": {"index": name, "alias": self.write, "is_write_index": True}})
        answer = self._call(lambda: self.bulk.indices.update_aliases(actions=actions))
        if answer.get("errors"):  # answered 200 all the same
            raise SearchDown(str(answer))
        for index in old:
            self._call(partial(self.bulk.indices.delete, index=index))

    def _indices(self) -> list[str]:
        if not self._call(lambda: self.bulk.indices.exists_alias(name=self.read)):
            return []
        return list(self._call(lambda: self.bulk.indices.get_alias(name=self.read)).body)

    def rebuild(self, docs: Iterable[Doc], tail: Iterable[Doc] = ()) -> Report:
        """Fill a new index, then move both aliases."""
        name = self._create()
        report = self._put(docs, index=name)
        since = self._put(tail, index=name)
        self._switch(name)
        report.stale += since.stale
        report.errors |= since.errors
        return report

    def refresh(self) -> None:
        """Make all writes visible now."""
        self._call(lambda: self.bulk.indices.refresh(index=self.read, ignore_unavailable=True))

    def drop(self) -> None:
        """Remove the index and everything in it."""
        for index in self._indices():
            self._call(partial(self.bulk.indices.delete, index=index))

    def close(self) -> None:
        """Close the connections."""
        self.es.close()


def _clause(kind: Any, field: str, value: Any) -> Clause:
    # Never Term(a__b=...): the library reads two underscores as a dot.
    clause: Clause = kind(**{field: value})
    return clause


def _aggregation(name: str, spec: int | tuple[Any, ...]) -> Any:
    if isinstance(spec, int):
        return A("terms", field=name, size=spec, order=[{"_count": "desc"}, {"_key": "asc"}])
    ranges = [{"from": bound(low), "to": bound(high)} for low, high in pairwise(spec)]
    return A("range", field=name, ranges=ranges)


def _borders(low: Any, high: Any) -> dict[str, Any]:
    return {key: bound(value) for key, value in (("gte", low), ("lt", high)) if value is not None}
