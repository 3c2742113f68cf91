"""What earlier versions indexed keeps nobody who was erased since."""

import time
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from community.kernel.registry import rounds
from community.search import registry
from community.search.elastic.generations import Generations
from community.search.embedded import Embedded
from community.search.port import Doc, Field, Query, Schema, SearchDown
from community.search.registry import Index, register_index
from community.search.services import flush, mark, tidy

EARLIER = Schema("things", {"tag": Field("keyword")})
PRESENT = Schema("things", {"tag": Field("keyword"), "size": Field("number")})
ANOTHER = Schema("things-else", {"tag": Field("keyword")})
DOC = Doc("a", 1, {"tag": "x"})


@pytest.fixture
def clock(monkeypatch):
    """The time, to be moved on by days."""
    real, moved = time.time_ns, SimpleNamespace(days=0)
    monkeypatch.setattr(time, "time_ns", lambda: real() + moved.days * 25 * 3600 * 10**9)
    return moved


@pytest.fixture
def earlier(tmp_path):
    """An index as an earlier version, or one that was gone back from, made it."""
    engine = Embedded(EARLIER, tmp_path)
    engine.rebuild([DOC])
    yield engine
    engine.close()


@pytest.fixture
def present(monkeypatch, tmp_path):
    """The index of this version, on disk."""
    monkeypatch.setattr(registry, "_INDEXES", {})
    monkeypatch.setattr(registry, "_ENGINES", {})
    register_index(Index("things", PRESENT, lambda ids: [(i, {"tag": "x"}) for i in ids], lambda: iter(["a"])))
    registry._ENGINES["things"] = Embedded(PRESENT, tmp_path)
    return registry._ENGINES["things"]


def found(engine):
    return engine.search(Query()).ids


def folders(path):
    return sorted(entry.name.rpartition("-")[0] for entry in path.iterdir() if entry.is_dir())


@pytest.mark.django_db
def test_an_earlier_versions_index_goes_a_day_after_the_present_one_was_filled(present, earlier, clock, tmp_path):
    another = Embedded(ANOTHER, tmp_path)
    another.rebuild([DOC])
    clock.days += 1
    assert flush() == 1
    assert (tidy(), found(earlier)) == (0, ["a"])  # it may run beside during an upgrade
    clock.days += 1
    assert tidy() == 0  # once an hour
    cache.clear()
    mark("things", ["a"])
    assert tidy() == 0  # not all is written
    flush()
    assert tidy() == 1
    assert folders(tmp_path) == sorted([f"things-{PRESENT.mark}", f"things-else-{ANOTHER.mark}"])
    assert (found(present), found(another)) == (["a"], ["a"])
    with pytest.raises(SearchDown):
        found(Embedded(EARLIER, tmp_path))
    another.close()


def test_what_a_killed_rebuild_left_goes_too_but_not_one_that_runs(clock, tmp_path):
    engine = Embedded(PRESENT, tmp_path)
    engine.rebuild([DOC])
    engine.files.make()
    assert (engine.tidy(), len(folders(tmp_path))) == (0, 2)
    clock.days += 1
    running = engine.files.make()
    assert (engine.tidy(), len(folders(tmp_path)), running.exists(), found(engine)) == (1, 2, True, ["a"])


class Cluster:
    """As much of a cluster as knows which indexes it has, and which of them are read."""

    def __init__(self, *names, read):
        self.names, self.read = set(names), read

    def exists_alias(self, name):
        return name in self.read

    def get_alias(self, name):
        return SimpleNamespace(body={self.read[name]: {}})

    def get(self, index):
        return [name for name in self.names if name.startswith(index.removesuffix("*"))]

    def delete(self, index):
        self.names.remove(index)


@pytest.mark.parametrize("age_of_ours", [0, 2])
def test_on_a_cluster_it_is_the_same(age_of_ours):
    def name(schema, days, prefix="p_"):
        return f"{prefix}{schema.name}-{schema.mark}-{time.time_ns() - int(days * 24 * 3600) * 10**9}"

    ours, killed, old = name(PRESENT, age_of_ours), name(PRESENT, 3), name(EARLIER, 9)
    kept = {
        ours,
        name(PRESENT, 0.5),
        name(EARLIER, 0.5),
        name(ANOTHER, 9),
        name(EARLIER, 9, prefix="p_2_"),
        "p_things-x",
    }
    cluster = Cluster(*kept, killed, old, read={f"p_things-{PRESENT.mark}": ours, f"p_things-{EARLIER.mark}": old})
    connection = SimpleNamespace(ask=lambda call: call())
    generations = Generations(PRESENT, SimpleNamespace(indices=cluster), connection, prefix="p_")
    assert generations.tidy() == (2 if age_of_ours else 0)
    assert cluster.names == (kept if age_of_ours else {*kept, killed, old})


def test_the_relay_does_it():
    assert tidy in [getattr(one, "__wrapped__", None) for one in rounds()]
