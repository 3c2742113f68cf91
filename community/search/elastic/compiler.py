"""Our query as a request to Elasticsearch, and what it answers as ours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from elasticsearch.dsl import A, Search
from elasticsearch.dsl.query import Bool, DisMax, Prefix, Range, SparseVector, Term, Terms
from elasticsearch.dsl.query import Query as Clause

from community.search.port import FIRST_GROUP, GONE, TOKENS, Query, Result, Schema, bound


class Compiler:
    """Builds requests for one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def request(self, query: Query) -> Search:
        """The request for a question; a facet is counted without its own choice, the hits with all of them."""
        start, end = query.window
        picked = {
            name: _clause(Terms, name, list(values)) for name, values in query.any.items() if name in query.facets
        }
        search = Search().query(self.compile(query))[start:end].source(False)
        search = search.extra(track_total_hits=True).params(allow_partial_search_results=False)
        if picked:
            search = search.post_filter(Bool(filter=list(picked.values())))
        for name, spec in query.facets.items():
            others = [clause for key, clause in picked.items() if key != name]
            box = search.aggs.bucket(f"f_{name}", "filter", Bool(filter=others)) if others else search.aggs
            box.bucket(name, _aggregation(name, spec))
        return _ordered(search, query)

    def compile(self, query: Query) -> Clause:
        """What must match, without the choices of facets."""
        name, tag = query.sort_field
        scored: list[Clause] = []
        filters: list[Clause] = []
        words = [*(self._word(token) for token in query.words), *(self._any_group(one) for one in query.either)]
        if query.like:
            words.append(Bool(should=[self._word(token) for token in query.like]))
        (filters if query.sort else scored).extend(words)
        if query.starts:
            filters.append(_clause(Prefix, query.starts[0], query.starts[1]))
        filters += [_clause(Term, n, value) for n, values in query.must.items() for value in values]
        filters += [
            _clause(Terms, f"{name}_lv", self.schema.levels(name, tag, least))
            for name, tags in query.least.items()
            for tag, least in tags.items()
        ]
        filters += [_clause(Range, n, _borders(*borders)) for n, borders in query.ranges.items()]
        filters += [_clause(Terms, n, list(values)) for n, values in query.any.items() if n not in query.facets]
        if tag:
            filters.append(_clause(Term, name, tag))
            scored.append(SparseVector(field=f"{name}_w", query_vector={tag: 1.0}, prune=False))
        excluded = [_clause(Term, GONE, "y"), *(_clause(Terms, n, list(values)) for n, values in query.none.items())]
        return Bool(must=scored, filter=filters, must_not=excluded)

    def everything(self, query: Query) -> dict[str, Any]:
        """The body of a question for all that match: with the choices of facets."""
        picked = [_clause(Terms, name, list(values)) for name, values in query.any.items()]
        body: dict[str, Any] = Bool(filter=[self.compile(query), *picked]).to_dict()
        return body

    def _word(self, token: str) -> Clause:
        fields = [(name, field) for name, field in self.schema.fields.items() if field.kind == TOKENS]
        return Bool(should=[_clause(Term, name, {"value": token, "boost": field.boost}) for name, field in fields])

    def _any_group(self, groups: Sequence[Sequence[str]]) -> Clause:
        boosts = [FIRST_GROUP, *([1.0] * (len(groups) - 1))]
        return DisMax(
            queries=[
                Bool(must=[self._word(token) for token in group], boost=boost)
                for group, boost in zip(groups, boosts, strict=True)
            ]
        )


def result(found: Any, query: Query) -> Result:
    """What was found, as the port has it."""
    facets = {name: _buckets(found.aggregations, name, spec) for name, spec in query.facets.items()}
    scores = [hit.meta.score for hit in found.hits] if query.scored and not query.sort else []
    return Result(found.hits.total.value, [hit.meta.id for hit in found.hits], scores, facets)


def _ordered(search: Search, query: Query) -> Search:
    name, tag = query.sort_field
    by_tie: Any = {"tie": "asc"}
    if tag or (not name and query.scored):
        return search.sort({"_score": {"order": "desc"}}, by_tie).extra(track_scores=True)
    if name:
        order = "desc" if query.sort.startswith("-") else "asc"
        return search.sort({name: {"order": order, "missing": "_last"}}, by_tie)
    return search.sort(by_tie)


def _clause(kind: Any, field: str, value: Any) -> Clause:
    # Never Term(a__b=...): the library reads two underscores as a dot.
    clause: Clause = kind(**{field: value})
    return clause


def _aggregation(name: str, spec: int | tuple[Any, ...]) -> Any:
    if isinstance(spec, int):
        return A("terms", field=name, size=spec, order=[{"_count": "desc"}, {"_key": "asc"}])
    ranges = [{"from": bound(low), "to": bound(high)} for low, high in pairwise(spec)]
    return A("range", field=name, ranges=ranges)


def _buckets(aggregations: Any, name: str, spec: int | tuple[Any, ...]) -> list[tuple[Any, int]]:
    found = aggregations[f"f_{name}"][name] if f"f_{name}" in aggregations else aggregations[name]
    if isinstance(spec, int):
        return [(bucket.key, bucket.doc_count) for bucket in found.buckets]
    return list(zip(spec[:-1], (bucket.doc_count for bucket in found.buckets), strict=True))


def _borders(low: Any, high: Any) -> dict[str, Any]:
    return {key: bound(value) for key, value in (("gte", low), ("lt", high)) if value is not None}
