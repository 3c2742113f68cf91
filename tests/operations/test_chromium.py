"""The browser of the tests and the screenshots is found by any of its names."""

import pytest

from scripts.chromium import NAMES, chromium


@pytest.mark.parametrize("name", NAMES)
def test_a_browser_is_found_by_any_of_its_names(tmp_path, monkeypatch, name):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium() is None
    (tmp_path / name).touch(mode=0o755)
    assert chromium() == str(tmp_path / name)
