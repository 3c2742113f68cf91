"""Texts that take long to make, kept in the process up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, is_dataclass
from sys import getsizeof
from threading import Lock

ENTRY = 300  # bytes of the dictionary and the note of one text


@dataclass(slots=True)
class _Text:
    text: str
    size: int
    used: bool = False


class TextCache:
    """Texts, ``most`` bytes with what they are found by. Threads share it.

    The oldest goes first, unless it was asked for since it came to stand there (second chance): so that finding a text
    neither waits nor moves anything.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._texts: OrderedDict[Hashable, _Text] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._texts)

    def get(self, key: Hashable, make: Callable[[], str]) -> str:
        """The text kept under a key, made where there is none."""
        found = self._texts.get(key)
        if found is not None:
            found.used = True
            return found.text
        text = make()
        self._keep(key, _Text(text, size_of(key) + getsizeof(text) + ENTRY))
        return text

    def _keep(self, key: Hashable, new: _Text) -> None:
        with self._lock:
            if key in self._texts or new.size > self.most:  # another thread was faster, or it is too long
                return
            self._texts[key] = new
            self.size += new.size
            while self.size > self.most:
                oldest, text = self._texts.popitem(last=False)
                if text.used:
                    text.used = False
                    self._texts[oldest] = text
                else:
                    self.size -= text.size


def size_of(key: object) -> int:
    """The bytes of plain values, and of tuples and dataclasses of them."""
    parts = key if isinstance(key, tuple) else vars(key).values() if is_dataclass(key) else ()
    return getsizeof(key) + sum(size_of(part) for part in parts)
