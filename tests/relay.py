"""Runs the relay inside a test."""

from community.kernel.models import OutboxEvent, OutboxState
from community.kernel.relay import Relay


def drain() -> None:
    """Deliver everything and make it searchable; fails where something cannot be delivered."""
    assert Relay(idle_seconds=0.01).drain(seconds=120), list(
        OutboxEvent.objects.exclude(state=OutboxState.HANDLED).values_list("name", "error")
    )
    assert list(OutboxEvent.objects.filter(state=OutboxState.SET_ASIDE).values_list("name", "error")) == []
