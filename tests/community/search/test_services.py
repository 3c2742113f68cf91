import shutil
import threading
from datetime import timedelta

import pytest
from django.db import transaction

from community.kernel.relay import Relay
from community.search import registry, services
from community.search.drift import drift, repair
from community.search.embedded import Embedded
from community.search.models import FailedDocument, IndexState, Mark
from community.search.port import Doc, Field, Query, Schema, SearchDown
from community.search.registry import Index, engine_of, register_index
from community.search.services import flush, lag, mark, rebuild
from tests.forgetting import forget_state

pytestmark = pytest.mark.django_db

SCHEMA = Schema("things", {"tag": Field("keyword"), "size": Field("number")})


@pytest.fixture
def things(monkeypatch):
    """The database, so to speak: id to values."""
    rows: dict[str, dict] = {}
    monkeypatch.setattr(registry, "_INDEXES", {})
    monkeypatch.setattr(registry, "_ENGINES", {})
    register_index(
        Index("things", SCHEMA, lambda ids: [(i, dict(rows[i])) for i in ids if i in rows], lambda: iter(sorted(rows)))
    )
    return rows


def found():
    engine_of("things").refresh()
    return sorted(engine_of("things").search(Query()).ids)


def test_marked_documents_become_searchable_and_the_marks_go(things):
    things.update(a={"tag": "x"}, b={"tag": "y"})
    mark("things", ["a", "b", "a"])
    assert flush() == 2
    assert (found(), Mark.objects.count(), flush()) == (["a", "b"], 0, 0)


def test_a_deleted_document_leaves_the_index(things):
    things["a"] = {"tag": "x"}
    mark("things", ["a"])
    flush()
    del things["a"]
    mark("things", ["a"])
    flush()
    assert found() == []


def test_a_mark_in_a_rolled_back_transaction_never_was(things):
    with transaction.atomic():
        mark("things", ["a"])
        transaction.set_rollback(True)
    assert Mark.objects.count() == 0


def test_a_refused_document_keeps_its_error_and_the_others_go_on(things):
    things.update(a={"tag": "x"}, bad={"size": float("nan")})
    mark("things", ["bad", "a"])
    assert flush() == 2
    assert found() == ["a"]
    assert [(f.document_id, f.error) for f in FailedDocument.objects.all()] == [("bad", "ValueError in size (number)")]
    things["bad"] = {"size": 1}
    mark("things", ["bad"])
    flush()
    assert (found(), FailedDocument.objects.count()) == (["a", "bad"], 0)


class Away(Embedded):
    away = True

    def put(self, docs):
        if self.away:
            raise SearchDown("away")
        return super().put(docs)


def test_an_outage_loses_nothing_and_is_caught_up(things, monkeypatch):
    engine = Away(SCHEMA)
    registry._ENGINES["things"] = engine
    things["a"] = {"tag": "x"}
    mark("things", ["a"])
    assert flush() == 0
    assert Mark.objects.count() == 1
    engine.away = False
    assert flush() == 0  # it pauses before the next try
    forget_state()
    assert flush() == 1
    assert found() == ["a"]


def test_a_drain_does_not_end_while_the_engine_is_away(things):
    engine = registry._ENGINES["things"] = Away(SCHEMA)
    things["a"] = {"tag": "x"}
    mark("things", ["a"])
    assert not Relay(idle_seconds=0.01).drain(seconds=0.1)
    engine.away = False
    assert Relay(idle_seconds=0.01).drain(seconds=5)
    assert engine.search(Query()).ids == ["a"]


def test_what_a_dead_rebuild_left_marked_is_written_again(things):
    things["a"] = {"tag": "x"}
    IndexState.objects.create(name="things", rebuilding_until=services.now() - timedelta(seconds=1))
    Mark.objects.create(index="things", document_id="a", again=True)
    assert flush() == 1
    assert (found(), Mark.objects.count()) == (["a"], 0)


def test_another_projector_holds_the_lease(things, now):
    things["a"] = {"tag": "x"}
    mark("things", ["a"])
    IndexState.objects.create(name="things", leased_until=services.now() + timedelta(seconds=5))
    assert flush() == 0
    IndexState.objects.update(leased_until=services.now() - timedelta(seconds=1))
    assert flush() == 1


class Slow(Embedded):
    """Calls back in the middle of a rebuild."""

    between = staticmethod(lambda: None)

    def _fill(self, writer, docs, report):
        docs = list(docs)
        self.between()
        super()._fill(writer, docs, report)


def test_what_changes_during_a_rebuild_wins(things):
    engine = registry._ENGINES["things"] = Slow(SCHEMA)
    things.update(a={"tag": "x"}, erased={"tag": "x"})

    def meanwhile():
        del things["erased"]
        things["new"] = {"tag": "z"}
        mark("things", ["erased", "new"])
        assert flush() == 2  # into the old index

    engine.between = meanwhile
    assert rebuild("things").written == 2
    assert Mark.objects.filter(again=False).count() == 2
    flush()
    assert (found(), Mark.objects.count()) == (["a", "new"], 0)
    engine.between = lambda: None
    rebuild("things")
    assert found() == ["a", "new"]


def test_drift_is_seen_and_repaired(things):
    things.update(a={"tag": "x"}, b={"tag": "x"})
    engine_of("things").ensure()
    engine_of("things").put([Doc("b", 1, {"tag": "x"}), Doc("ghost", 1, {"tag": "x"})])
    assert drift("things") == (["a"], ["ghost"], [])
    assert repair("things", ["a", "ghost"]) == 2
    flush()
    assert (found(), drift("things")) == (["a", "b"], ([], [], []))


def test_a_check_shows_how_far_it_is(things):
    things.update(a={"tag": "x"}, b={"tag": "x"})
    engine_of("things").ensure()
    engine_of("things").put([Doc("ghost", 1, {"tag": "x"})])
    engine_of("things").refresh()
    seen = {}

    def progress(ids, what):
        seen[what] = list(ids)
        return seen[what]

    assert drift("things", progress=progress) == (["a", "b"], ["ghost"], [])
    assert [one.id for one in seen.pop("things, in the index")] == ["ghost"]
    assert seen == {"things, in the database": ["a", "b"]}


@pytest.mark.parametrize("delivered", [True, False])
def test_what_is_written_during_a_check_does_not_look_like_drift(things, delivered):
    things.update(a={"tag": "x"}, b={"tag": "x"})
    engine = engine_of("things")
    engine.ensure()
    engine.put([Doc("b", 1, {"tag": "x"}), Doc("leaves", 1, {"tag": "x"}), Doc("ghost", 1, {"tag": "x"})])
    things["leaves"] = {"tag": "x"}

    def meanwhile(ids, what):
        found = list(ids)
        if what == "things, in the index" and "comes" not in things:
            things["comes"] = things.pop("leaves")
            mark("things", ["comes", "leaves"])
            if delivered:
                flush()
        return found

    assert drift("things", progress=meanwhile) == (["a"], ["ghost"], [])


def test_a_check_stands_in_nobodys_way(things):
    things["a"] = {"tag": "x"}
    flush()
    drift("things")
    assert rebuild("things").written == 1


def test_an_older_write_never_overwrites_a_newer_one(things):
    engine = engine_of("things")
    engine.ensure()
    engine.put([Doc("a", 5, None)])
    assert engine.put([Doc("a", 4, {"tag": "x"})]).stale == 1
    assert found() == []


def test_a_database_restored_from_a_backup_still_writes_newer_versions(things):
    things["a"] = {"tag": "x"}
    for _ in range(5):
        mark("things", ["a"])
        flush()
    IndexState.objects.filter(name="things").update(version=1)  # as the backup knew it
    del things["a"]
    mark("things", ["a"])
    flush()
    assert found() == []


def test_an_index_on_disk_is_made_and_filled_after_an_upgrade(things, tmp_path):
    registry._ENGINES["things"] = Embedded(SCHEMA, tmp_path)
    things["a"] = {"tag": "x"}
    assert flush() == 1
    assert found() == ["a"]
    registry._ENGINES["things"].close()


def test_readers_see_every_commit_and_every_switch(tmp_path):
    writer, reader = Embedded(SCHEMA, tmp_path), Embedded(SCHEMA, tmp_path)
    with pytest.raises(SearchDown):
        reader.search(Query())
    writer.ensure()
    writer.put([Doc("a", 1, {"tag": "x"})])
    assert reader.search(Query()).ids == ["a"]
    writer.put([Doc("b", 1, {"tag": "x"})])
    assert reader.search(Query()).total == 2
    writer.rebuild([Doc("c", 2, {"tag": "x"})])
    assert reader.search(Query()).ids == ["c"]
    writer.close()


def test_readers_in_threads_agree(tmp_path):
    writer, reader = Embedded(SCHEMA, tmp_path), Embedded(SCHEMA, tmp_path)
    writer.ensure()
    writer.put([Doc(str(n), 1, {"tag": "x"}) for n in range(50)])
    totals = []
    threads = [threading.Thread(target=lambda: totals.append(reader.search(Query()).total)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [50] * 8
    writer.close()


def test_lag_counts_marks(things):
    mark("things", ["a", "b"])
    count, seconds = lag(services.now() + timedelta(seconds=9))["things"]
    assert (count, round(seconds)) == (2, 9)


def test_an_index_that_is_lost_is_filled_anew(things, tmp_path):
    registry._ENGINES["things"] = Embedded(registry.index_named("things").schema, tmp_path)
    things.update(a={"tag": "x"}, b={"tag": "y"})
    flush()
    assert found() == ["a", "b"]
    shutil.rmtree(tmp_path)
    things["c"] = {"tag": "z"}
    mark("things", ["c"])
    while flush():
        pass
    assert found() == ["a", "b", "c"]
