"""The engine: reading and writing."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Order

from community.search.embedded.compiler import MUST, NOT, Compiler, buckets
from community.search.embedded.files import FAILURES, Generations, is_engine_failure, physical
from community.search.port import MAX_WINDOW, Doc, Query, Report, Result, Schema, SearchDown, bound, tie

ALL_VALUES = 10_000  # facet values asked for: the engine breaks ties at the cut by chance, so we cut
HEAP = 60_000_000
REBUILD_HEAP = 200_000_000
STEP = 5000


@contextlib.contextmanager
def failures_as_search_down() -> Iterator[None]:
    """Whatever goes wrong inside the engine is SearchDown outside of it."""
    try:
        yield
    except BaseException as error:
        if is_engine_failure(error) and not isinstance(error, SearchDown):
            raise SearchDown(f"{type(error).__name__}: {error}") from error
        raise


class Embedded:
    """Tantivy in files under ``root``; in memory where root is None."""

    def __init__(self, schema: Schema, root: Path | None = None) -> None:
        self.schema, self.root = schema, root
        self.fields = physical(schema)
        self.compiler = Compiler(schema, self.fields)
        self.files = Generations(schema, root, self.fields) if root else None
        self._memory = self._empty()
        self._writer: tuple[int, Path | None, Any, Any] | None = None

    # Reading

    def search(self, query: Query) -> Result:
        """Answer a question of the schema."""
        query.checked(self.schema)
        with failures_as_search_down():
            return self._search(query)

    def _search(self, query: Query) -> Result:
        searcher, compiled, (start, end) = self._searcher(), self.compiler.compile(query), query.window
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

    def _searcher(self) -> Any:
        return self.files.searcher() if self.files else self._memory.searcher()

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

    def ids(self, query: Query, step: int = STEP) -> Iterator[str]:
        """All matching ids in tie order."""
        query.checked(self.schema)
        with failures_as_search_down():
            searcher, compiled, low = self._searcher(), self.compiler.compile(query), 0
            while True:
                rest = tantivy.Query.range_query(self.fields, "tie", tantivy.FieldType.Integer, low, None)
                both = tantivy.Query.boolean_query([(MUST, compiled), (MUST, rest)])
                hits = searcher.search(both, step, False, "tie", 0, Order.Asc).hits
                yield from self._ids(searcher, [address for _, address in hits])
                if len(hits) < step:
                    return
                low = hits[-1][0] + 1

    # Writing: the relay only

    def missing(self) -> bool:
        """Whether there is no index to write to."""
        with failures_as_search_down():
            return self.files is not None and not self.files.whole()

    def ensure(self) -> bool:
        """Make the index where it is missing; whether it was."""
        if self.files is None or not self.missing():
            return False
        self.close()  # a writer into a folder that is gone
        with failures_as_search_down():
            self.files.writable()
        return True

    def put(self, docs: Iterable[Doc]) -> Report:
        """Write documents with the version guard; committed when it returns."""
        report = Report()
        newest = _newest(docs, report)
        if not newest:
            return report
        with self._dropping_the_writer_on_failure():
            index, writer = self._open_writer()
            self._write(index, writer, newest, report)
        return report

    def _write(self, index: Any, writer: Any, newest: dict[str, Doc], report: Report) -> None:
        index.reload()
        stored = self._versions(index, list(newest))
        for document_id, document in newest.items():
            was = stored.get(tie(document_id))
            if was is not None and was > document.version:
                report.stale += 1
                continue
            try:
                row = self._row(document)
            except ValueError as error:
                report.errors[document_id] = str(error)
                continue
            if was is not None:
                writer.delete_documents_by_term("id", document_id)
            writer.add_document(row)
            report.written += 1
        writer.commit()
        index.reload()

    def _row(self, document: Doc) -> Any:
        row = {**self.schema.row(document), "id": document.id, "version": document.version}
        return tantivy.Document.from_dict(row, self.fields)  # never Document(**row): a wrong type fails the commit

    def _versions(self, index: Any, ids: list[str]) -> dict[int, int]:
        searcher = index.searcher()
        hits = searcher.search(tantivy.Query.term_set_query(self.fields, "id", ids), len(ids), False, "tie").hits
        at = [address for _, address in hits]
        ties, versions = searcher.fast_field_values("tie", at), searcher.fast_field_values("version", at)
        return dict(zip(ties, versions, strict=True))

    @contextlib.contextmanager
    def _dropping_the_writer_on_failure(self) -> Iterator[None]:
        """After a failed commit a writer silently loses what follows: never keep it."""
        with failures_as_search_down():
            try:
                yield
            except BaseException:
                self.close()
                raise

    def _open_writer(self) -> tuple[Any, Any]:
        if self._writer and self._writer[0] != os.getpid():
            raise RuntimeError("a writer does not live through a fork")
        current = self.files.current() if self.files else None
        if self._writer and self._writer[1] != current:
            self.close()  # somebody rebuilt the index
        if not self._writer:
            path, index = self.files.opened() if self.files else (None, self._memory)
            self._writer = os.getpid(), path, index, index.writer(HEAP, 1)
        return self._writer[2], self._writer[3]

    def tidy(self) -> int:
        """Remove what earlier versions and killed rebuilds left."""
        with failures_as_search_down():
            return self.files.tidy() if self.files else 0

    def close(self) -> None:
        """Finish merging and give the lock back."""
        writer, self._writer = self._writer, None
        if writer:
            try:
                writer[3].wait_merging_threads()
            except FAILURES as error:
                warnings.warn(f"search writer: {error}", stacklevel=2)

    def rebuild(self, docs: Iterable[Doc], tail: Iterable[Doc] = ()) -> Report:
        """Fill a new generation (each id once in ``docs``), then switch all readers."""
        report = Report()
        with failures_as_search_down():
            before = self.files.current() if self.files else None
            path = self.files.make() if self.files else None
            index = tantivy.Index.open(str(path)) if path else self._empty()
            index.config_reader("manual")
            writer = index.writer(REBUILD_HEAP, 2)
            self._fill(writer, docs, report)
            since = Report()
            newest = _newest(tail, since)
            if newest:
                self._write(index, writer, newest, since)
            report.stale, report.errors = since.stale, {**report.errors, **since.errors}
            writer.wait_merging_threads()
            index.reload()
            self.close()
            if self.files and path:
                self.files.switch(path)
                self.files.sweep(path, before)
            else:
                self._memory = index
        return report

    def _fill(self, writer: Any, docs: Iterable[Doc], report: Report) -> None:
        for document in docs:
            try:
                writer.add_document(self._row(document))
                report.written += 1
            except ValueError as error:
                report.errors[document.id] = str(error)
        writer.commit()

    def refresh(self) -> None:
        """Commits are visible at once."""

    def drop(self) -> None:
        """Remove the index and everything in it."""
        self.close()
        if self.files:
            self.files.pointer.unlink(missing_ok=True)
            self.files.sweep()
        else:
            self._memory = self._empty()

    def _empty(self) -> Any:
        index = tantivy.Index(self.fields)
        index.config_reader("manual")
        return index


def _newest(docs: Iterable[Doc], report: Report) -> dict[str, Doc]:
    newest: dict[str, Doc] = {}
    for document in docs:
        known = newest.get(document.id)
        if known is not None:
            report.stale += 1
        if known is None or known.version <= document.version:
            newest[document.id] = document
    return newest
