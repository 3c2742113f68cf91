"""The door of traces."""

from community.traces.services import asked_by_reader, record_search

__all__ = ["asked_by_reader", "record_search"]
