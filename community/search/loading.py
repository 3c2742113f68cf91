"""Documents as their app has them now. One that cannot be read keeps none of the others from the index."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from community.kernel.api import is_connection_lost
from community.search.port import Doc, SearchDown, why
from community.search.registry import Index

logger = logging.getLogger("paddock.search")


def documents(index: Index, ids: Sequence[str], version: int) -> list[Doc]:
    """All of them at once; those that are gone without values."""
    loaded = dict(index.load(ids)) if ids else {}
    return [Doc(document_id, version, loaded.get(document_id)) for document_id in ids]


def one_by_one(index: Index, ids: Sequence[str], version: int) -> tuple[list[Doc], dict[str, str]]:
    """Those that can be loaded and written, and what is wrong with the others."""
    found: list[Doc] = []
    errors: dict[str, str] = {}
    for document_id in ids:
        try:
            [document] = documents(index, [document_id], version)
            index.schema.row(document)
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            logger.exception("document cannot be read: %s %s", index.name, document_id)
            errors[document_id] = why(error)
        else:
            found.append(document)
    return found, errors


def readable(index: Index, ids: Sequence[str], version: int) -> tuple[list[Doc], dict[str, str]]:
    """All of them at once where that works."""
    try:
        return documents(index, ids, version), {}
    except Exception as error:
        if is_nobodys_fault(error):
            raise
        return one_by_one(index, ids, version)


def present(index: Index, ids: Sequence[str], version: int, errors: dict[str, str]) -> list[Doc]:
    """Those that are there; what cannot be read goes to ``errors``."""
    found, wrong = readable(index, ids, version)
    errors |= wrong
    return [document for document in found if document.values is not None]


def is_nobodys_fault(error: Exception) -> bool:
    """Whether the engine or the database is away: it says nothing of a document."""
    return isinstance(error, SearchDown) or is_connection_lost(error)
