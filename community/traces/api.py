"""The door of traces."""

from community.traces.services import record_search

__all__ = ["record_search"]
