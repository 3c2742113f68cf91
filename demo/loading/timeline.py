"""Acts in the order in which they happened, so that the facts they leave are in that order too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from tqdm import tqdm

Act = Callable[[datetime], object]


class Timeline:
    """Collects acts with their times and does them."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []

    def __len__(self) -> int:
        return len(self._acts)

    def at(self, when: datetime, act: Act) -> None:
        """Plan an act; among acts of the same time the one planned first comes first."""
        self._acts.append((when, len(self._acts), act))

    def run(self, *, show: bool) -> None:
        """Do everything, each act in a transaction of its own within the caller's."""
        for when, _number, act in tqdm(sorted(self._acts, key=lambda entry: entry[:2]), "Demo", disable=not show):
            with transaction.atomic():
                act(when)
