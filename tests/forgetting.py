"""What a process keeps in memory is forgotten, as if it had just begun."""

from community.search import registry, services
from crm_bridge.keywords import vocabulary


def forget_vocabulary() -> None:
    """The compiled vocabulary."""
    vocabulary._held = None


def forget_state() -> None:
    """Which indexes are there, which were written to, and which are waited for."""
    services._PAUSES.clear()
    services._SEEN.clear()
    services._UNSEEN.clear()


def open_engines() -> None:
    """Open the engines that were closed in the midst of a test: only what is open is emptied after it."""
    for index in registry.indexes():
        registry.engine_of(index.name)
