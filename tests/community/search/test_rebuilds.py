"""Rebuilds of one index: a second one is refused, and one that stood still too long takes nobody's place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from community.kernel.api import now
from community.search import leases, registry, services
from community.search.api import search_content
from community.search.drift import drift
from community.search.embedded import Embedded
from community.search.leases import CLOCKS_APART, REBUILD_LEASE, RebuildLost
from community.search.models import Mark
from community.search.port import Field, Query, Schema
from community.search.registry import Index, engine_of, register_index
from community.search.services import RebuildRunning, flush, mark, rebuild
from tests.forums.places import topic
from tests.people import member
from tests.relay import drain
from tests.threads import at_once

pytestmark = pytest.mark.django_db

TOO_LONG = REBUILD_LEASE + timedelta(seconds=1)
SCHEMA = Schema("things", {"tag": Field("keyword")})


class Slow(Embedded):
    """Does something once, when all of a rebuild is written and nobody reads it yet."""

    when_written = None

    def _fill(self, writer, docs, report):
        super()._fill(writer, docs, report)
        act, self.when_written = self.when_written, None
        if act:
            act()


@pytest.fixture
def things(monkeypatch):
    """The database, so to speak: id to values. It is read, and its index written, a thing at a time."""
    rows = {"a": {"tag": "old"}, "b": {"tag": "old"}}
    monkeypatch.setattr(registry, "_INDEXES", {})
    monkeypatch.setattr(registry, "_ENGINES", {"things": Slow(SCHEMA)})
    monkeypatch.setattr(services, "BATCH", 1)
    load = lambda ids: [(one, dict(rows[one])) for one in ids if one in rows]  # noqa: E731 - of one fixture
    register_index(Index("things", SCHEMA, load, lambda: iter(sorted(rows))))
    rebuild("things")
    return rows


def change(things):
    """One thing is another, one is new, one is gone: all of it written to the index in use."""
    things.update(a={"tag": "new"}, c={"tag": "new"})
    del things["b"]
    mark("things", ["a", "b", "c"])
    while flush():
        pass


def as_changed():
    """Whether the index says so, when all is written."""
    while flush():
        pass
    return sorted(engine_of("things").search(Query(must={"tag": ("new",)})).ids) == found() == ["a", "c"]


def found():
    return sorted(engine_of("things").search(Query()).ids)


@pytest.fixture
def later(monkeypatch):
    """Has time pass."""
    passed = timedelta()

    def clock():
        return now() + passed

    def pass_(by):
        nonlocal passed
        passed += by

    for module in (leases, services):
        monkeypatch.setattr(module, "now", clock)
    return pass_


def standing_still(moment, act):
    """A rebuild in which something happens: while it reads, after the first thing, or when it has written all."""

    def ids():
        yield "a"
        act()
        yield "b"

    if moment == "reads":
        return rebuild("things", progress=ids())
    engine_of("things").when_written = act
    return rebuild("things")


@pytest.mark.parametrize("moment", ["reads", "writes"])
def test_a_second_rebuild_is_refused_and_the_first_one_loses_nothing(things, moment):
    def second():
        with pytest.raises(RebuildRunning):
            rebuild("things")
        with pytest.raises(CommandError, match=r"^things is being rebuilt by another process\.$"):
            call_command("search", "rebuild", "things")
        change(things)

    standing_still(moment, second)
    assert as_changed() and not Mark.objects.exists()


@pytest.mark.parametrize(("moment", "replaced"), [("reads", True), ("writes", False)])
def test_a_rebuild_that_stood_still_too_long_leaves_the_index_as_it_is(things, later, moment, replaced):
    def meanwhile():
        later(TOO_LONG)
        if replaced:
            rebuild("things")
        change(things)

    with pytest.raises(RebuildLost):
        standing_still(moment, meanwhile)
    assert as_changed() and not Mark.objects.exists()
    assert rebuild("things").written == 2


def test_a_rebuild_that_goes_on_has_its_lease_until_it_is_all_but_over_as_clocks_are_not_alike(things, later):
    most = REBUILD_LEASE - CLOCKS_APART
    engine_of("things").when_written = lambda: later(most - timedelta(seconds=30))
    assert standing_still("reads", lambda: later(most - timedelta(seconds=30))).written == 2
    with pytest.raises(RebuildLost):
        standing_still("writes", lambda: later(most))


def test_the_end_of_a_rebuild_that_was_taken_for_dead_leaves_the_other_one_its_lease(things, later):
    first = services._begin_rebuild("things", at=now())
    later(TOO_LONG)

    def meanwhile():
        services._end_rebuild(first)
        change(things)

    standing_still("writes", meanwhile)
    assert as_changed() and not Mark.objects.exists()


def test_the_command_says_that_a_rebuild_stood_still(things, later):
    engine_of("things").when_written = lambda: later(TOO_LONG)
    with pytest.raises(CommandError, match=r"^The rebuild of things stood still too long\. It changed nothing; run it"):
        call_command("search", "rebuild", "things")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.usefixtures("engine")
def test_of_rebuilds_at_the_same_moment_one_is_made_and_what_is_written_meanwhile_stays():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    author, reader = member(), member()
    topic(author=author, title="Roof racks")
    drain()

    errors = at_once([lambda: rebuild("content")] * 3 + [lambda: topic(author=author, title="More racks")])
    assert set(errors) <= {"RebuildRunning"} and errors.total() < 3
    drain()
    assert search_content("racks", viewer=reader, kinds=["topic"]).total == 2
    assert (drift("content"), Mark.objects.exists()) == (([], [], []), False)
