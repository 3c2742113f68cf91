"""The engine: an index of a schema, its one writer, and building it anew."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import tantivy

from community.search.embedded.compiler import Compiler
from community.search.embedded.files import FAILURES, Generations, is_engine_failure, physical
from community.search.embedded.reader import Reader
from community.search.port import Doc, Held, Query, Report, Result, Schema, SearchDown, tie, why

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
        self.reader = Reader(Compiler(schema, self.fields))
        self.files = Generations(schema, root, self.fields) if root else None
        self._memory = self._empty()
        self._writer: tuple[int, Path | None, Any, Any] | None = None

    # Reading

    def search(self, query: Query) -> Result:
        """Answer a question of the schema."""
        query.checked(self.schema)
        with failures_as_search_down():
            return self.reader.search(self._searcher(), query)

    def _searcher(self) -> Any:
        return self.files.searcher() if self.files else self._memory.searcher()

    def ids(self, query: Query, step: int = STEP) -> Iterator[str]:
        """All matching ids in tie order."""
        query.checked(self.schema)
        with failures_as_search_down():
            yield from self.reader.ids(self._searcher(), query, step)

    def held(self, step: int = STEP) -> Iterator[Held]:
        """Every document in tie order."""
        with failures_as_search_down():
            yield from self.reader.held(self._searcher(), step)

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
                report.errors[document_id] = why(error)
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

    def rebuild(
        self, docs: Iterable[Doc], tail: Iterable[Doc] = (), *, ready: Callable[[], object] | None = None
    ) -> Report:
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
            if ready:
                ready()
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
                report.errors[document.id] = why(error)
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
