"""What is loaded is spared by the collector, and what is new and in a circle still goes."""

import gc
import weakref

import pytest

from community.kernel.garbage import THRESHOLD, collect_seldom


class Circle:
    """Refers to itself."""

    def __init__(self):
        self.me = self


@pytest.fixture(autouse=True)
def _as_before():
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_loaded_is_spared_and_what_is_new_is_not():
    kept = Circle()
    collect_seldom()
    assert (gc.get_threshold(), gc.get_freeze_count() > 0) == (THRESHOLD, True)
    old, new = weakref.ref(kept), weakref.ref(Circle())
    del kept
    gc.collect()
    assert (old() is not None, new()) == (True, None)
