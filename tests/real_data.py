"""Where the real data is that tests marked ``data`` read: forum dumps, labelled comments, hostile strings and files.

It is not part of the project. ``PADDOCK_TEST_DATA`` names its folder; unset, it is looked for beside the checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("PADDOCK_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
HOSTILE = FOLDER / "hostile"
STACK_EXCHANGE = FOLDER / "stackexchange-bicycles-meta"
CAR_NAMES = FOLDER / "car-names-zh" / "series-by-brand.json"

# Texts that are tried one by one come in four parts of every kind. Servers are asked the first: what one of a kind does
# there, the next does too.
QUARTERS = pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.serverless) for part in (1, 2, 3))]
)


def pytest_collection_modifyitems(config, items):
    """Leave out what has nothing to read; a folder that was named has to be there."""
    if FOLDER.is_dir():
        return
    if "PADDOCK_TEST_DATA" in os.environ:
        raise pytest.UsageError(f"PADDOCK_TEST_DATA: there is no folder {FOLDER}")
    without = [item for item in items if item.get_closest_marker("data")]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if not item.get_closest_marker("data")]
