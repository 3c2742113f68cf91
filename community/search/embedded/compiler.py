"""Our query as Tantivy's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tantivy
from tantivy import FieldType, Occur

from community.search.port import FIRST_GROUP, GONE, NUMBER, TOKENS, Query, Schema, bound, top

MUST, SHOULD, NOT = Occur.Must, Occur.Should, Occur.MustNot
SET_FROM = 100  # values from which one set is faster than a clause each


class Compiler:
    """Builds queries for one schema. A query built for another Schema object goes by field number: never share."""

    def __init__(self, schema: Schema, fields: Any) -> None:
        self.schema, self.fields = schema, fields

    def term(self, name: str, value: str) -> Any:
        """An exact value, without a score."""
        return tantivy.Query.const_score_query(tantivy.Query.term_query(self.fields, name, value, "basic"), 0.0)

    def one_of(self, name: str, values: Sequence[str]) -> Any:
        """At least one of the values."""
        if len(values) > SET_FROM:
            return tantivy.Query.const_score_query(tantivy.Query.term_set_query(self.fields, name, list(values)), 0.0)
        if not values:
            return tantivy.Query.empty_query()
        return tantivy.Query.boolean_query([(SHOULD, self.term(name, value)) for value in values])

    def between(self, name: str, low: Any, high: Any, *, closed: bool = False) -> Any:
        """From ``low`` (with) to ``high`` (without, or with where closed)."""
        number = self.schema.fields[name].kind == NUMBER
        low, high = (v if v is None else float(bound(v)) if number else int(bound(v)) for v in (low, high))
        kind = FieldType.Float if number else FieldType.Integer
        inclusive = closed or high is None
        clause = tantivy.Query.range_query(self.fields, name, kind, low, high, include_upper=inclusive)
        return tantivy.Query.const_score_query(clause, 0.0)

    def word(self, token: str) -> Any:
        """A token in any tokens field, with its score."""
        return tantivy.Query.boolean_query(
            [
                (SHOULD, tantivy.Query.boost_query(tantivy.Query.term_query(self.fields, name, token, "freq"), f.boost))
                for name, f in self.schema.fields.items()
                if f.kind == TOKENS
            ]
        )

    def any_group(self, groups: Sequence[Sequence[str]]) -> Any:
        """At least one group, of which every token; the best counts, the first twice."""
        clauses = [tantivy.Query.boolean_query([(MUST, self.word(token)) for token in group]) for group in groups]
        clauses[0] = tantivy.Query.boost_query(clauses[0], FIRST_GROUP)
        return tantivy.Query.disjunction_max_query(clauses)

    def compile(self, query: Query) -> Any:
        """A whole question as a query of the engine."""
        parts = [(NOT, self.term(GONE, "y"))]
        parts += [(MUST, self.word(token)) for token in query.words]
        parts += [(MUST, self.any_group(groups)) for groups in query.either]
        if query.like:
            parts.append((MUST, tantivy.Query.boolean_query([(SHOULD, self.word(token)) for token in query.like])))
        if query.starts:  # not phrase_prefix_query: it stops after 50 words
            prefix = tantivy.Query.fuzzy_term_query(self.fields, *query.starts, distance=0, prefix=True)
            parts.append((MUST, tantivy.Query.const_score_query(prefix, 0.0)))
        parts += [(MUST, self.term(name, v)) for name, values in query.must.items() for v in values]
        parts += [(MUST, self.one_of(name, values)) for name, values in query.any.items()]
        parts += [(NOT, self.one_of(name, values)) for name, values in query.none.items() if values]
        parts += [
            (MUST, self.one_of(f"{name}_lv", self.schema.levels(name, tag, least)))
            for name, tags in query.least.items()
            for tag, least in tags.items()
        ]
        parts += [(MUST, self.between(name, *borders)) for name, borders in query.ranges.items()]
        name, tag = query.sort_field
        if tag:
            parts.append((MUST, self.term(name, tag)))
        if all(occur == NOT for occur, _ in parts):  # only NOT matches nothing
            parts.append((MUST, tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)))
        return tantivy.Query.boolean_query(parts)


def buckets(spec: int | tuple[Any, ...], found: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    """The values of a facet, or the borders of its ranges, with their counts."""
    if isinstance(spec, int):
        return top(((bucket["key"], bucket["doc_count"]) for bucket in found), spec)
    counts = {bucket["from"]: bucket["doc_count"] for bucket in found if "from" in bucket and "to" in bucket}
    return [(cut, counts.get(float(bound(cut)), 0)) for cut in spec[:-1]]
