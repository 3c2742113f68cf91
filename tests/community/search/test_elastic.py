"""Elasticsearch that is away: waited for once and left alone for some seconds, even in the middle of an answer."""

import logging
from types import SimpleNamespace

import pytest
from elastic_transport import ApiResponseMeta, ConnectionTimeout, HttpHeaders, NodeConfig
from elasticsearch import ApiError

from community.kernel.circuit_breaker import SPARED_SECONDS
from community.search.elastic import Elastic, client
from community.search.elastic.connection import Connection
from community.search.port import Doc, Field, Query, Schema, SearchDown
from tests.outage import Door
from tests.servers import PREFIX
from tests.threads import at_once

S = Schema("letters", {"letter": Field("keyword")})


def answered(status):
    node = NodeConfig("http", "127.0.0.1", 1)
    meta = ApiResponseMeta(status=status, http_version="1.1", headers=HttpHeaders(), duration=0.0, node=node)
    return ApiError("no", meta=meta, body={})


@pytest.fixture
def cluster(monkeypatch):
    """A connection to something that raises what it is told to, and counts."""
    made = SimpleNamespace(error=None, tries=0, connection=Connection("letters"), time=1000.0)
    monkeypatch.setattr(made.connection._breaker, "_clock", lambda: made.time)

    def call():
        made.tries += 1
        if made.error:
            raise made.error
        return "letters"

    made.ask = lambda: made.connection.ask(call)
    return made


AWAY = [ConnectionTimeout("slow"), answered(503), answered(429)]


@pytest.mark.parametrize("error", AWAY, ids=["timeout", "503", "429"])
def test_who_is_away_is_asked_again_after_some_seconds(cluster, error, caplog):
    cluster.error = error
    for _ in range(5):
        with pytest.raises(SearchDown):
            cluster.ask()
    assert cluster.tries == 1
    cluster.error, cluster.time = None, cluster.time + SPARED_SECONDS
    assert cluster.ask() == "letters"
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert caplog.messages[1] == "elasticsearch (letters) is back"


def test_many_at_the_same_moment_try_once(cluster):
    cluster.error = ConnectionTimeout("slow")
    with pytest.raises(SearchDown):
        cluster.ask()
    cluster.time += SPARED_SECONDS
    assert at_once([cluster.ask] * 8) == {"SearchDown": 8}
    assert cluster.tries == 2


def test_who_refuses_is_there(cluster):
    cluster.error = answered(404)
    for _ in range(3):
        with pytest.raises(SearchDown, match="404"):
            cluster.ask()
    assert cluster.tries == 3


def test_a_refusal_ends_an_outage(cluster):
    for cluster.error in (answered(503), answered(404)):
        with pytest.raises(SearchDown):
            cluster.ask()
        cluster.time += SPARED_SECONDS
    cluster.time -= SPARED_SECONDS
    cluster.error = None
    assert cluster.ask() == "letters"


@pytest.mark.services
@pytest.mark.parametrize("away", ["refuse", "freeze"])
def test_one_that_goes_away_in_the_middle_of_an_answer(elastic_address, monkeypatch, away):
    monkeypatch.setattr("community.search.elastic.engine.STEP_SECONDS", 1)
    door = Door(elastic_address)
    engine = Elastic(S, client(door.url), prefix=f"{PREFIX}middle_{away}_")
    try:
        engine.rebuild(Doc(f"l{number}", 1, {"letter": "a"}) for number in range(30))
        ids = engine.ids(Query(), step=10)
        assert len([next(ids) for _ in range(10)]) == 10
        getattr(door, away)()
        with pytest.raises(SearchDown):
            next(ids)
    finally:
        door.open()
        engine.close()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("failed to parse field [letter] of type [keyword]. Preview of field's value: 'secret'", "illegal in letter"),
        ("failed to parse field [secret]", "illegal"),
        (None, "illegal"),
    ],
)
def test_what_the_cluster_refuses_is_noted_without_its_words(monkeypatch, reason, said):
    engine = Elastic(S, client("http://127.0.0.1:1"))
    refused = {"index": {"_id": "a", "status": 400, "error": {"type": "illegal", "reason": reason}}}
    monkeypatch.setattr(engine, "_ask", lambda call: {"items": [refused]})
    assert engine.put([Doc("a", 1, {"letter": "x"})]).errors == {"a": said}
