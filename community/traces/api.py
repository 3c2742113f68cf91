"""The door of traces."""

from community.traces.services import record_search, record_search_of

__all__ = ["record_search", "record_search_of"]
