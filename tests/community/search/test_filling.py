"""An index that is missing is filled whatever happens meanwhile; what is wrong with one thing stops no other."""

import shutil

import pytest
from django.db import OperationalError

from community.kernel.relay import Relay
from community.search import registry, services
from community.search.drift import drift, repair
from community.search.embedded import Embedded
from community.search.models import FailedDocument, IndexState, Mark
from community.search.port import Doc, Field, Query, Schema, SearchDown
from community.search.registry import Index, engine_of, register_index
from community.search.services import flush, mark, rebuild
from tests.forgetting import forget_state

pytestmark = pytest.mark.django_db

NAMES = ("stones", "things")  # in the order in which they are written


class Killed(BaseException):
    """The process ends."""


class Rows(dict):
    """The database, so to speak: id to values. Those that are exceptions are raised when they are loaded."""

    def load(self, ids):
        for key in ids:
            if isinstance(self.get(key), BaseException):
                raise self[key]
        return [(key, dict(self[key])) for key in ids if key in self]

    def all_ids(self):
        yield from sorted(self)


@pytest.fixture
def tables(monkeypatch, tmp_path):
    """Two indexes on disk."""
    monkeypatch.setattr(registry, "_INDEXES", {})
    monkeypatch.setattr(registry, "_ENGINES", {})
    tables = {name: Rows() for name in NAMES}
    for name, rows in tables.items():
        schema = Schema(name, {"tag": Field("keyword"), "size": Field("number")})
        register_index(Index(name, schema, rows.load, rows.all_ids))
        registry._ENGINES[name] = Embedded(schema, tmp_path)
    return tables


def found(name="things"):
    return sorted(engine_of(name).search(Query(size=100)).ids)


def begin_anew():
    """What another process knows: nothing."""
    forget_state()
    for name in NAMES:
        engine_of(name).close()


def write_all():
    while flush():
        pass


@pytest.mark.parametrize("step", ["mark", "engine"])
def test_a_first_fill_that_was_killed_is_done_anew(tables, monkeypatch, step):
    rows = tables["things"]
    rows.update({f"t{number}": {"tag": "x"} for number in range(25)})
    monkeypatch.setattr(services, "MARKED_AT_ONCE", 10)
    calls = []

    def dies(*args):
        calls.append(args)
        if step == "engine" or len(calls) == 2:
            raise Killed
        return mark(*args)

    with monkeypatch.context() as patch:
        patch.setattr(*((services, "mark") if step == "mark" else (Embedded, "ensure")), dies)
        with pytest.raises(Killed):
            flush()
    begin_anew()
    IndexState.objects.update(leased_until=None)  # ten seconds later
    write_all()
    assert (found(), Mark.objects.count()) == (sorted(rows), 0)


def test_an_index_that_cannot_be_made_is_not_marked_over_and_over(tables, monkeypatch):
    tables["things"].update(a={"tag": "x"}, b={"tag": "x"})

    def refuses(engine):
        raise SearchDown("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Embedded, "ensure", refuses)
        for _ in range(3):
            forget_state()
            assert flush() == 0
    assert Mark.objects.count() == 2
    forget_state()
    write_all()
    assert found() == ["a", "b"]


def test_an_index_that_vanishes_before_it_is_written_to_is_filled_as_well(tables, monkeypatch, tmp_path):
    rows = tables["things"]
    rows.update(a={"tag": "x"}, b={"tag": "x"})
    write_all()
    rows["c"] = {"tag": "x"}
    mark("things", ["c"])
    put = Embedded.put

    def vanished(engine, docs):
        engine.close()
        shutil.rmtree(tmp_path)
        monkeypatch.setattr(Embedded, "put", put)
        return put(engine, docs)

    monkeypatch.setattr(Embedded, "put", vanished)
    assert flush() == 0
    forget_state()
    write_all()
    assert found() == ["a", "b", "c"]


def test_what_two_relays_made_at_once_is_filled_again(tables, monkeypatch):
    tables["things"].update(a={"tag": "x"})
    ensure = Embedded.ensure

    def slowly(engine):
        monkeypatch.setattr(Embedded, "ensure", ensure)
        IndexState.objects.filter(name=engine.schema.name).update(leased_until=None)
        assert flush() == 1  # somebody else, to whom the lease went, makes and writes it
        engine.drop()
        return ensure(engine)

    flush()  # makes the index of stones, which is empty
    forget_state()
    engine_of("things").drop()
    monkeypatch.setattr(Embedded, "ensure", slowly)
    flush()
    write_all()
    assert (found(), Mark.objects.count()) == (["a"], 0)


def test_a_document_that_cannot_be_loaded_stops_no_other_and_is_noted(tables):
    rows = tables["stones"]
    rows.update(
        a={"tag": "x"},
        bad=ValueError("no such thing"),
        odd={"tag": 7},
        worse={"tag": object()},
        words={"tag": [b"secret"]},
    )
    tables["things"]["b"] = {"tag": "y"}
    write_all()
    assert (found("stones"), found("things"), Mark.objects.count()) == (["a"], ["b"], 0)
    noted = dict(FailedDocument.objects.values_list("document_id", "error"))
    field = "TypeError in tag (keyword)"
    assert noted == {"bad": "ValueError", "odd": field, "worse": field, "words": "ValueError in tag (keyword)"}
    assert rebuild("stones").errors.keys() == noted.keys()
    assert drift("stones") == ([], [], [])
    rows.update(bad={"tag": "x"}, odd={"tag": "x"}, worse={"tag": "x"}, words={"tag": "x"})
    assert repair("stones", []) == 4
    write_all()
    assert (found("stones"), FailedDocument.objects.count()) == (["a", "bad", "odd", "words", "worse"], 0)


def test_a_database_that_is_away_is_no_documents_fault(tables):
    tables["things"]["a"] = OperationalError("gone")
    tables["things"]["a"].__cause__ = type("Cause", (Exception,), {"sqlstate": None})()
    with pytest.raises(OperationalError):
        flush()
    tables["things"]["a"] = {"tag": "x"}
    write_all()
    assert (found(), FailedDocument.objects.count()) == (["a"], 0)


def test_an_index_that_cannot_be_written_stops_no_other(tables, monkeypatch, caplog):
    tables["stones"]["a"], tables["things"]["b"] = {"tag": "x"}, {"tag": "y"}
    put = Embedded.put

    def broken(engine, docs):
        if engine.schema.name == "stones":
            raise KeyError("broken")
        return put(engine, docs)

    with monkeypatch.context() as patch:
        patch.setattr(Embedded, "put", broken)
        assert flush() == 1
        assert flush() == 0  # it pauses before the next try
    assert (found("things"), Mark.objects.count()) == (["b"], 1)
    assert "the index stones cannot be written" in caplog.text
    forget_state()
    write_all()
    assert found("stones") == ["a"]


def test_marks_of_an_index_nobody_knows_wait_and_stop_nothing(tables):
    mark("another", ["a"])
    tables["things"]["b"] = {"tag": "y"}
    assert Relay(idle_seconds=0.01).drain(seconds=5)
    assert (found(), list(Mark.objects.values_list("index", flat=True))) == (["b"], ["another"])


def test_nothing_is_written_where_there_is_no_index(tables):
    with pytest.raises(SearchDown):
        engine_of("things").put([Doc("a", 1, {"tag": "x"})])
    assert engine_of("things").missing()
