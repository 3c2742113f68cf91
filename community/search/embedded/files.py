"""Where an embedded index lies and how readers come to its latest commit."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from community.search.age import is_old
from community.search.port import DATE, DIGEST, GONE, NUMBER, TOKENS, WEIGHTS, Schema, SearchDown

FAILURES = (ValueError, OSError, RuntimeError)


def is_engine_failure(error: BaseException) -> bool:
    """Whether the engine failed. A Rust panic is a BaseException and would otherwise end the worker thread."""
    return isinstance(error, FAILURES) or type(error).__name__ == "PanicException"


def physical(schema: Schema) -> Any:
    """Tantivy's schema for ours."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("tie", indexed=True, fast=True)
    builder.add_integer_field("version", fast=True)
    builder.add_integer_field(DIGEST, fast=True)
    builder.add_text_field(GONE, tokenizer_name="raw", index_option="basic")
    for name, field in schema.fields.items():
        if field.kind == TOKENS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        elif field.kind == NUMBER:
            builder.add_float_field(name, fast=True)
        elif field.kind == DATE:
            builder.add_integer_field(name, fast=True)  # milliseconds: a date column keeps only seconds
        else:
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        if field.kind == WEIGHTS:
            builder.add_text_field(f"{name}_lv", tokenizer_name="raw", index_option="basic")
            builder.add_json_field(f"{name}_w", fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


@dataclass
class _Open:
    """An index held open by this process, and the commit its searcher shows."""

    which: tuple[int, ...]
    path: Path
    index: Any
    commit: tuple[int, int] | None = None
    searcher: Any = None


class Generations:
    """The directories of one index on disk. Safe for many readers in many processes."""

    def __init__(self, schema: Schema, root: Path, fields: Any) -> None:
        self.schema, self.root, self.fields = schema, root, fields
        self.pointer = root / f"CURRENT-{schema.name}-{schema.mark}"
        self._lock, self._pid = threading.Lock(), os.getpid()
        self._held: _Open | None = None

    def current(self) -> Path | None:
        """The directory in use; None before the first write."""
        try:
            return self.root / self.pointer.read_text()
        except FileNotFoundError:
            return None

    def whole(self) -> bool:
        """Whether there is an index."""
        path = self.current()
        return path is not None and (path / "meta.json").exists()

    def make(self) -> Path:
        """A new empty generation."""
        path = self.root / f"{self.schema.name}-{self.schema.mark}-{time.time_ns()}"
        path.mkdir(parents=True)
        tantivy.Index(self.fields, path=str(path))
        return path

    def switch(self, path: Path) -> None:
        """All readers use this one from now on."""
        new = self.pointer.with_suffix(".new")
        with new.open("w") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.pointer)

    def sweep(self, *keep: Path | None) -> None:
        """Remove older generations of these fields."""
        for old in self.root.glob(f"{self.schema.name}-{self.schema.mark}-*"):
            if old not in keep:
                shutil.rmtree(old, ignore_errors=True)

    def outdated(self) -> list[Path]:
        """Generations of whatever fields that are not in use, where they and the one in use are older than a day."""
        current = self.current()
        if current is None or not is_old(current.name):
            return []
        made = re.compile(rf"{re.escape(self.schema.name)}-[0-9a-f]{{8}}-[0-9]+")
        return [old for old in self.root.iterdir() if made.fullmatch(old.name) and old != current and is_old(old.name)]

    def tidy(self) -> int:
        """Remove them. An earlier version that still reads one finds none from then on."""
        gone = self.outdated()
        for old in gone:
            pointer = self.root / f"CURRENT-{old.name.rpartition('-')[0]}"
            if pointer != self.pointer and pointer.exists() and pointer.read_text() == old.name:
                pointer.unlink()
            shutil.rmtree(old, ignore_errors=True)
        return len(gone)

    def writable(self) -> tuple[Path, Any]:
        """The index in use, made when there is none. Never ``Index(schema, path)``: it empties one with lost files."""
        path = self.current()
        if path is None or not self.whole():
            self.switch(self.make())
        return self.opened()

    def opened(self) -> tuple[Path, Any]:
        """The index in use, for writing."""
        path = self.current()
        if path is None:
            raise SearchDown("there is no index")
        index = tantivy.Index.open(str(path))
        index.config_reader("manual")
        return path, index

    def searcher(self) -> Any:
        """Two stat calls a query; opened again only after a commit or a switch, and always after a fork."""
        if self._pid != os.getpid():
            # The old lock may be held by a thread that does not exist here.
            self._pid, self._lock, self._held = os.getpid(), threading.Lock(), None
        held = self._held
        try:
            return self._latest()
        except FAILURES as error:
            if held:
                return held.searcher  # what is open stays readable
            raise SearchDown(str(error)) from error

    def _latest(self) -> Any:
        pointer = self.pointer.stat()
        which = (pointer.st_ino, pointer.st_mtime_ns)
        held = self._held
        if held is None or held.which != which:
            with self._lock:
                path = self.root / self.pointer.read_text()
                index = tantivy.Index.open(str(path))
                index.config_reader("manual")
                held = _Open(which, path, index)
        meta = (held.path / "meta.json").stat()
        commit = (meta.st_ino, meta.st_mtime_ns)
        if held.commit != commit:
            with self._lock:
                held.index.reload()
                held = _Open(which, held.path, held.index, commit, held.index.searcher())
                self._held = held
        return held.searcher
