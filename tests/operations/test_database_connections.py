"""Connections to PostgreSQL that ended are replaced unseen; while it is away nobody waits long, or for nothing."""

import threading
import time
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from psycopg_pool import PoolTimeout

from community.kernel.errors import is_connection_lost
from community.kernel.postgres import base
from community.kernel.postgres.base import DATABASE, DatabaseIsAway, DatabaseWrapper
from tests.forums.places import reply, topic
from tests.outage import Door
from tests.threads import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ALL = 8  # as many as the pool has


@pytest.fixture(autouse=True)
def nothing_remembered():
    yield
    DATABASE.away = False


def end_all():
    """End every connection of this database, as a restart does."""
    at = connection.settings_dict
    connection.close()
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], user=at["USER"], password=at["PASSWORD"], dbname="postgres", autocommit=True
    ) as own:
        ended = own.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = %s", [at["NAME"]]
        )
        return ended.fetchone()[0]


def fill_the_pool():
    """All connections of the pool are open."""
    together = threading.Barrier(ALL)

    def use():
        connection.ensure_connection()
        together.wait(20)

    connection.close()
    assert not at_once([use] * ALL)


def pages(address, count=ALL):
    """What as many readers at once are answered."""
    answers = []

    def read():
        answers.append(Client(raise_request_exception=False).get(address).status_code)

    assert not at_once([read] * count)
    return answers


def test_after_all_connections_ended_no_page_fails_or_waits():
    found = topic()
    for _ in range(2):
        fill_the_pool()
        assert end_all() >= ALL
        began = time.monotonic()
        assert pages(found.get_absolute_url()) == [200] * ALL
        # Pages of eight threads on a busy machine; with psycopg's own check they take a minute.
        assert time.monotonic() - began < 2.5


def test_without_a_look_at_them_pages_would_fail(monkeypatch):
    found = topic()
    monkeypatch.setattr(base, "_answers", lambda _connection: True)
    fill_the_pool()
    end_all()
    assert 503 in pages(found.get_absolute_url())


def test_an_act_after_the_end_is_done():
    found = topic()
    connection.ensure_connection()
    end_all()
    assert reply(found).number == 2


@contextmanager
def through(door):
    """A pool of our database's behind a door."""
    settings = {**connection.settings_dict, "HOST": "127.0.0.1", "PORT": door.port}
    wrapper = DatabaseWrapper(settings, alias="behind the door")
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()


def asked(wrapper):
    """Ask something with a connection from the pool: the seconds it took, or None where it is away, and those."""
    began = time.monotonic()
    try:
        with closing(wrapper), wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
        answer = True
    except OperationalError as error:
        answer = None if is_connection_lost(error) else error
    return answer, time.monotonic() - began


def test_while_it_is_away_one_waits_and_soon_after_it_is_used_again(caplog):
    at = connection.settings_dict
    door = Door(f"http://{at['HOST']}:{at['PORT']}")
    with through(door) as wrapper:
        assert asked(wrapper)[0]
        door.refuse()
        answer, seconds = asked(wrapper)
        assert answer is None and seconds < 4
        answer, seconds = asked(wrapper)
        assert answer is None and seconds < 0.2
        time.sleep(4)  # attempts become rarer with time in psycopg's pool, not in ours
        asked(wrapper)
        door.open()
        back = time.monotonic()
        while not asked(wrapper)[0]:
            assert time.monotonic() - back < 3
            time.sleep(0.05)
    said = [text for text in caplog.messages if text.startswith("the database is")]
    assert said == ["the database is away: DatabaseIsAway", "the database is back"]


def test_where_it_does_not_answer_the_first_waits_and_the_others_do_not():
    at = connection.settings_dict
    door = Door(f"http://{at['HOST']}:{at['PORT']}")
    door.freeze()
    with through(door) as wrapper:
        answer, seconds = asked(wrapper)
        assert answer is None and seconds < 4 and DATABASE.away
        answer, seconds = asked(wrapper)
        assert answer is None and seconds < 0.2


def test_without_a_pool_it_is_known_to_be_away_too(caplog):
    at = connection.settings_dict
    door = Door(f"http://{at['HOST']}:{at['PORT']}")
    door.refuse()
    options = {**at["OPTIONS"], "pool": 0}
    wrapper = DatabaseWrapper({**at, "HOST": "127.0.0.1", "PORT": door.port, "OPTIONS": options}, alias="poolless")
    assert asked(wrapper)[0] is None
    assert caplog.messages == ["the database is away: DatabaseIsAway"]


def test_a_pool_that_is_busy_is_no_outage():
    at = connection.settings_dict
    settings = {**at, "OPTIONS": {**at["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 0.3}}}
    first, second = (DatabaseWrapper(settings, alias="narrow") for _ in range(2))
    try:
        first.ensure_connection()
        with pytest.raises(OperationalError) as refused:
            second.ensure_connection()
        assert is_connection_lost(refused.value) and not DATABASE.away
    finally:
        first.close()
        first.close_pool()


@pytest.mark.parametrize("others_are_answered", [True, False])
def test_a_server_that_is_full_is_no_outage_as_long_as_connections_go_round(monkeypatch, others_are_answered):
    """An attempt at one more connection fails while somebody waits for those that are there."""

    class Pool:
        timeout = 0.1
        failed = 0

        def get_stats(self):
            return {"connections_errors": self.failed}

    def wait(_wrapper, _parameters):
        pool.failed += 1
        if others_are_answered:
            base._answered_at[pool] = time.monotonic()
        raise PoolTimeout

    pool = Pool()
    monkeypatch.setattr(base.base.DatabaseWrapper, "get_new_connection", wait)
    wrapper = DatabaseWrapper(connection.settings_dict, alias="full")
    with pytest.raises(PoolTimeout if others_are_answered else DatabaseIsAway):
        wrapper._from_pool(pool, {})
