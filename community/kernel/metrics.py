"""Figures an operator watches, in the form Prometheus reads. Never about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Gauge, generate_latest


@dataclass(frozen=True)
class Metric:
    """One value now; figures of one name differ in their labels and are told apart by nothing else."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def exposition(figures: Iterable[Metric]) -> bytes:
    """All figures as text, their names beginning with ``paddock_``."""
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for figure in figures:
        if figure.name not in gauges:
            name = f"paddock_{figure.name}"
            gauges[figure.name] = Gauge(name, figure.meaning, tuple(figure.labels), registry=registry)
        gauge = gauges[figure.name]
        (gauge.labels(**figure.labels) if figure.labels else gauge).set(figure.value)
    return generate_latest(registry)
