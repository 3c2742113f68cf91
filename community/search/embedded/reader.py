"""The engine: reading, with ties in the order the port has decided on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

import tantivy
from tantivy import Occur, Order

from community.search.embedded.compiler import MUST, NOT, Compiler, buckets
from community.search.port import DIGEST, MAX_WINDOW, Held, Query, Result, bound

ALL_VALUES = 10_000  # facet values asked for: the engine breaks ties at the cut by chance, so we cut


class Reader:
    """Answers questions of a schema from a searcher: the state of an index at one moment."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler, self.fields = compiler, compiler.fields

    def search(self, searcher: Any, query: Query) -> Result:
        """A page of what matches, with facets."""
        compiled, (start, end) = self.compiler.compile(query), query.window
        name, tag = query.sort_field
        scores: list[float] = []
        if tag:
            total = searcher.search(compiled, 1).count
            ids = self._by_weight(searcher, compiled, name, tag, start, end)
        elif name or not query.scored:
            total, at = self._by_field(searcher, compiled, name or "tie", end, descending=query.sort.startswith("-"))
            ids = self._ids(searcher, at[start:end])
        else:
            total, ids, scores = self._by_score(searcher, compiled, start, end)
        return Result(total, ids, scores, self._facets(searcher, query, compiled))

    def _ids(self, searcher: Any, at: Iterable[Any]) -> list[str]:
        return [searcher.doc(address)["id"][0] for address in at]

    def _by_field(self, searcher: Any, query: Any, name: str, end: int, *, descending: bool) -> tuple[int, list[Any]]:
        """Order by a field, equals by tie.

        One sort key is all the engine has; ties fall as segments lie. Whole groups of equals are ordered here, the
        group at the cut by a second query.
        """
        found = searcher.search(query, end, True, name, 0, Order.Desc if descending else Order.Asc)
        hits = found.hits
        if not hits or name == "tie":
            return found.count, [address for _, address in hits]
        last = hits[-1][0]
        at: list[Any] = []
        for _, group in groupby((hit for hit in hits if hit[0] != last), key=lambda hit: hit[0]):
            addresses = [address for _, address in group]
            ties = searcher.fast_field_values("tie", addresses) if len(addresses) > 1 else [0]
            at += [address for _, address in sorted(zip(ties, addresses, strict=True))]
        same = self._missing(name) if last is None else (MUST, self.compiler.between(name, last, last, closed=True))
        rest = tantivy.Query.boolean_query([(MUST, query), same])
        tail = searcher.search(rest, end - len(at), False, "tie", 0, Order.Asc).hits
        return found.count, at + [address for _, address in tail]

    def _missing(self, name: str) -> tuple[Occur, Any]:
        return NOT, tantivy.Query.const_score_query(tantivy.Query.exists_query(name), 0.0)

    def _by_weight(self, searcher: Any, query: Any, name: str, tag: str, start: int, end: int) -> list[str]:
        order = [{f"{name}_w.{tag}": "desc"}, {"tie": "asc"}]
        ask = {"h": {"top_hits": {"size": end, "sort": order, "docvalue_fields": ["tie"]}}}
        hits = searcher.aggregate(query, ask)["h"]["hits"]
        ties = [hit["docvalue_fields"]["tie"][0] for hit in hits[start:]]  # ids as values would cost 0.3 ms each
        if not ties:
            return []
        found = searcher.search(tantivy.Query.term_set_query(self.fields, "tie", ties), len(ties), False, "tie").hits
        at = dict(found)
        return self._ids(searcher, [at[value] for value in ties])

    def _by_score(self, searcher: Any, query: Any, start: int, end: int) -> tuple[int, list[str], list[float]]:
        take = end + 50
        found = searcher.search(query, take, True)
        total, hits = found.count, found.hits
        # While the page ends inside a group of equals, look further.
        while len(hits) == take and hits[-1][0] == hits[end - 1][0] and take < MAX_WINDOW * 2:
            take *= 4
            hits = searcher.search(query, take, False).hits
        ties = searcher.fast_field_values("tie", [address for _, address in hits])
        ordered = sorted(zip([-score for score, _ in hits], ties, (address for _, address in hits), strict=True))
        page = ordered[start:end]
        return total, self._ids(searcher, [address for *_, address in page]), [-score for score, *_ in page]

    def _facets(self, searcher: Any, query: Query, compiled: Any) -> dict[str, list[tuple[Any, int]]]:
        asked = {name: self._facet(name, spec) for name, spec in query.facets.items()}
        shared = {name: ask for name, ask in asked.items() if name not in query.any}
        found = dict(searcher.aggregate(compiled, shared)) if shared else {}
        for name in asked.keys() - shared.keys():
            found |= searcher.aggregate(self.compiler.compile(query.without(name)), {name: asked[name]})
        return {name: buckets(query.facets[name], found[name]["buckets"]) for name in asked}

    def _facet(self, name: str, spec: int | tuple[Any, ...]) -> dict[str, Any]:
        if isinstance(spec, int):
            return {"terms": {"field": name, "size": ALL_VALUES}}
        cuts = [float(bound(cut)) for cut in spec]
        ranges = [{"from": low, "to": high} for low, high in pairwise(cuts)]
        return {"range": {"field": name, "ranges": ranges}}

    def ids(self, searcher: Any, query: Query, step: int) -> Iterator[str]:
        """All matching ids in tie order, asked for ``step`` at a time."""
        for at in self._steps(searcher, query, step):
            yield from self._ids(searcher, at)

    def held(self, searcher: Any, step: int) -> Iterator[Held]:
        """Every document in tie order, asked for ``step`` at a time."""
        for at in self._steps(searcher, Query(), step):
            versions, digests = (searcher.fast_field_values(name, at) for name in ("version", DIGEST))
            yield from map(Held, self._ids(searcher, at), versions, digests)

    def _steps(self, searcher: Any, query: Query, step: int) -> Iterator[list[Any]]:
        """Where all that match are, in tie order, ``step`` at a time."""
        compiled, low = self.compiler.compile(query), 0
        while True:
            rest = tantivy.Query.range_query(self.fields, "tie", tantivy.FieldType.Integer, low, None)
            both = tantivy.Query.boolean_query([(MUST, compiled), (MUST, rest)])
            hits = searcher.search(both, step, False, "tie", 0, Order.Asc).hits
            yield [address for _, address in hits]
            if len(hits) < step:
                return
            low = hits[-1][0] + 1
