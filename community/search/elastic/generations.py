"""The indexes behind the two aliases: made aside, then read and written in one step."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Index, Mapping

from community.search.age import is_old
from community.search.elastic.connection import Connection
from community.search.port import DATE, DIGEST, GONE, NUMBER, TOKENS, WEIGHTS, Schema, SearchDown


def mapping(schema: Schema) -> Mapping:
    """The strict mapping of a schema."""
    fields = Mapping()
    fields.meta("dynamic", "strict")
    fields.field("tie", "long", index=False)
    fields.field(DIGEST, "long", index=False)
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


class Generations:
    """The indexes of one schema: the one in use, and one that is being filled."""

    def __init__(self, schema: Schema, es: Elasticsearch, connection: Connection, *, prefix: str) -> None:
        self.schema, self.es, self._ask = schema, es, connection.ask
        self.name = f"{prefix}{schema.name}"
        self.read = f"{self.name}-{schema.mark}"
        self.write = f"{self.read}-w"

    def present(self) -> bool:
        """Whether there is one to write to."""
        return self._ask(lambda: bool(self.es.indices.exists_alias(name=self.write)))

    def create(self) -> str:
        """A new index that nobody reads yet; its name."""
        name = f"{self.read}-{time.time_ns()}"
        index = Index(name, using=self.es)
        index.settings(number_of_shards=1, number_of_replicas=0, refresh_interval="-1")
        index.mapping(mapping(self.schema))
        self._ask(index.create)
        return name

    def switch(self, name: str) -> None:
        """Readers and the writer move in one step; then the old index goes."""
        # A copy on a second node where the cluster has one.
        settings = {"refresh_interval": "200ms", "auto_expand_replicas": "0-1"}
        self._ask(lambda: self.es.indices.put_settings(index=name, settings=settings))
        self._ask(lambda: self.es.indices.refresh(index=name))
        old = self._names()
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": alias, "must_exist": False}}
            for index in old
            for alias in (self.read, self.write)
        ]
        actions.append({"add": {"index": name, "alias": self.read}})
        actions.append({"add": {"index": name, "alias": self.write, "is_write_index": True}})
        answer = self._ask(lambda: self.es.indices.update_aliases(actions=actions))
        if answer.get("errors"):  # answered 200 all the same
            raise SearchDown(str(answer))
        self._delete({*old, *self._abandoned(name)})

    def _abandoned(self, name: str) -> list[str]:
        """Indexes of rebuilds that were killed: no alias leads to them, and nobody works on one for so long."""
        found = self._ask(lambda: self.es.indices.get(index=f"{self.read}-*"))
        return [index for index in found if index != name and is_old(index)]

    def tidy(self) -> int:
        """Remove indexes of whatever fields that are not in use, where they and the one in use are older than a day."""
        current = self._names()
        if not current or not all(is_old(name) for name in current):
            return 0
        found = self._ask(lambda: self.es.indices.get(index=f"{self.name}-*"))
        made = re.compile(rf"{re.escape(self.name)}-[0-9a-f]{{8}}-[0-9]+")
        gone = [index for index in found if made.fullmatch(index) and index not in current and is_old(index)]
        self._delete(gone)
        return len(gone)

    def drop(self) -> None:
        """Remove all that is read."""
        self._delete(self._names())

    def _names(self) -> list[str]:
        if not self._ask(lambda: self.es.indices.exists_alias(name=self.read)):
            return []
        return list(self._ask(lambda: self.es.indices.get_alias(name=self.read)).body)

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            self._ask(partial(self.es.indices.delete, index=name))
