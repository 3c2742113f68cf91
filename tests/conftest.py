"""Fixtures every test may use."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from community.kernel.circuit_breaker import REDIS
from community.kernel.limits import LIMITS
from community.search.registry import forget_engines
from tests.forgetting import forget_state, forget_vocabulary

pytest_plugins = [
    "tests.real_data",
    "tests.closing",
    "tests.servers",
    "tests.worlds",
    "tests.flushing",
    "tests.in_a_file",
]

# Generated examples are the same in every run, and a busy machine fails none of them.
settings.register_profile("paddock", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paddock")

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes long begins first: at the end of a run its one worker would be waited for."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish():
    """What is imported by now stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def empty_cache():
    """Every test begins without rate limits used up, without kept fragments, and with a Redis that was not away."""
    REDIS.away = False
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def one_window(monkeypatch):
    """Limits are counted over centuries: no test begins in one minute and ends in the next."""
    for action, (most, _seconds) in LIMITS.items():
        monkeypatch.setitem(LIMITS, action, (most, 10**10))


@pytest.fixture(autouse=True)
def empty_index():
    """Every test begins with an empty index and nothing counted against a limit."""
    cache.clear()
    yield
    forget_engines()
    forget_state()
    forget_vocabulary()


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch):
    """Channels closes connections around each of its database calls: also the one whose transaction is the test."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
