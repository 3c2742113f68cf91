"""The secret an installation makes for itself is one, whole, and its owner's."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from community.settings import own_secret as module
from community.settings.own_secret import own_secret


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def test_it_is_made_once_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "secret"
    made = own_secret(path)
    assert re.fullmatch(r"[\w-]{64}", made, re.ASCII)
    assert (own_secret(path), path.read_text(), path.stat().st_mode & 0o777) == (made, made, 0o600)
    assert names_in(tmp_path) == ["secret"]


def test_of_many_that_start_at_once_all_have_the_same_and_whole(tmp_path):
    starts = 12
    barrier = Barrier(starts)

    def start(number):
        barrier.wait()
        return own_secret(tmp_path / "secret")

    with ThreadPoolExecutor(starts) as pool:
        made = set(pool.map(start, range(starts)))
    assert [len(one) for one in made] == [64]
    assert names_in(tmp_path) == ["secret"]


def test_an_empty_one_that_an_interrupted_start_left_is_made_anew(tmp_path):
    (tmp_path / "secret").touch()
    made = own_secret(tmp_path / "secret")
    assert (len(made), own_secret(tmp_path / "secret")) == (64, made)


def test_an_interrupted_start_leaves_none(tmp_path, monkeypatch):
    monkeypatch.setattr(module.os, "link", lambda *_paths: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        own_secret(tmp_path / "secret")
    assert names_in(tmp_path) == []


def test_a_disk_without_links_has_one_too(tmp_path, monkeypatch):
    monkeypatch.setattr(module.os, "link", lambda *_paths: (_ for _ in ()).throw(PermissionError))
    made = own_secret(tmp_path / "secret")
    assert ((tmp_path / "secret").read_text(), names_in(tmp_path)) == (made, ["secret"])
