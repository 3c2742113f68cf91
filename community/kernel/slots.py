"""Slots: places where lower floors show what higher floors contribute, without knowing them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Provider = Callable[..., Any]
ProviderT = TypeVar("ProviderT", bound=Provider)

_PROVIDERS: dict[str, list[tuple[int, Provider]]] = defaultdict(list)


def fills(slot: str, *, order: int = 100) -> Callable[[ProviderT], ProviderT]:
    """Register a provider for a slot. Providers are asked in ``order``, then in order of registration."""

    def register(provider: ProviderT) -> ProviderT:
        entries = _PROVIDERS[slot]
        entries.append((order, provider))
        entries.sort(key=lambda entry: entry[0])
        return provider

    return register


def contributions(slot: str, *args: Any, **kwargs: Any) -> list[Any]:
    """What every provider of a slot returns, without the empty ones."""
    answers = [provider(*args, **kwargs) for _, provider in _PROVIDERS.get(slot, [])]
    return [answer for answer in answers if answer]
