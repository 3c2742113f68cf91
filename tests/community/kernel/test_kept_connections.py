"""Connections to a SQLite file are kept for whoever asks next, as long as nothing is wrong with them."""

import os
import sqlite3
from threading import Thread

import pytest
from django.db import OperationalError, connections

from community.kernel import relay
from community.kernel.sqlite.base import MOST_KEPT, DatabaseWrapper
from community.settings.databases import database

# With the database, so that they come before the browser tests, whose loop runs on in their process.
pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def opened(tmp_path):
    """``opened()``: a connection as Django makes one for each thread."""
    made = []

    def new():
        at = {**database("sqlite:///"), "NAME": tmp_path / "a b#1.sqlite3"}
        wrapper = DatabaseWrapper(connections.configure_settings({"default": {}, "own": at})["own"], alias="own")
        wrapper.connect()
        made.append(wrapper)
        return wrapper

    yield new
    for wrapper in made:
        wrapper.inc_thread_sharing()
        wrapper.close()


def ask(wrapper, words):
    with wrapper.wrap_database_errors:
        return wrapper.connection.execute(words).fetchall()


def mark(wrapper, name):
    """What is in a temporary table belongs to one connection, which nothing but its wrapper may hold here."""
    ask(wrapper, f"CREATE TEMP TABLE {name} (words TEXT)")


def marks(wrapper):
    return [name for (name,) in ask(wrapper, "SELECT name FROM sqlite_temp_master")]


def test_what_is_closed_is_there_for_the_next_with_all_that_was_set_on_it(opened):
    one, other = opened(), opened()
    mark(one, "first")
    assert marks(other) == []
    one.close()
    assert one.connection is None
    third = opened()
    assert marks(third) == ["first"]
    assert ask(third, "PRAGMA foreign_keys") == [(1,)]
    assert ask(third, "PRAGMA journal_mode") == [("wal",)]
    assert ask(third, "SELECT django_date_extract('year', '2026-11-27')") == [(2026,)]


def test_it_is_there_for_another_thread(opened):
    one, found = opened(), []
    mark(one, "first")
    one.close()
    thread = Thread(target=lambda: found.append(opened()))
    thread.start()
    thread.join()
    assert marks(found[0]) == ["first"]


def test_what_was_not_ended_is_ended_and_not_kept(opened):
    one = opened()
    ask(one, "CREATE TABLE said (words TEXT)")
    mark(one, "first")
    ask(one, "BEGIN IMMEDIATE")
    ask(one, "INSERT INTO said VALUES ('half')")
    one.close()
    other = opened()
    assert marks(other) == []
    assert ask(other, "SELECT * FROM said") == []


def test_one_that_somebody_still_reads_from_is_not_kept(opened):
    one = opened()
    mark(one, "first")
    cursor = one.connection.execute("SELECT 1 UNION ALL SELECT 2")
    one.close()
    assert marks(opened()) == []
    with pytest.raises(sqlite3.ProgrammingError):
        cursor.fetchone()


def test_one_that_failed_is_not_kept(opened):
    one = opened()
    mark(one, "first")
    with pytest.raises(OperationalError):
        ask(one, "SELECT * FROM nothing")
    one.close()
    assert marks(opened()) == []


def test_so_many_are_kept_and_no_more(opened):
    all_ = [opened() for _one in range(MOST_KEPT + 2)]
    for number, one in enumerate(all_):
        mark(one, f"number_{number}")
    for one in all_:
        one.close()
    found = [marks(opened()) for _one in range(MOST_KEPT + 1)]
    assert found == [*reversed([[f"number_{number}"] for number in range(MOST_KEPT)]), []]


def test_a_file_that_was_put_in_its_place_is_opened_anew(opened, tmp_path):
    one = opened()
    path = one.settings_dict["NAME"]
    ask(one, "CREATE TABLE said (words TEXT)")
    one.close()
    path.rename(tmp_path / "old.sqlite3")
    assert ask(opened(), "SELECT count(*) FROM sqlite_master") == [(0,)]


def test_one_of_the_file_that_was_there_before_is_not_kept_for_the_new_one(opened, tmp_path):
    one = opened()
    path = one.settings_dict["NAME"]
    ask(one, "CREATE TABLE said (words TEXT)")
    path.rename(tmp_path / "old.sqlite3")
    sqlite3.connect(path).close()
    path.touch()
    one.close()
    assert ask(opened(), "SELECT count(*) FROM sqlite_master") == [(0,)]


def test_a_file_that_is_gone_is_no_matter(opened):
    one = opened()
    one.settings_dict["NAME"].unlink()
    one.close()
    assert one.connection is None


def test_a_child_uses_none_of_its_parents(opened):
    one = opened()
    mark(one, "first")
    one.close()
    child = os.fork()
    if not child:
        os._exit(marks(opened()) != [])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert marks(opened()) == ["first"]


def read_half(wrapper):
    with wrapper.cursor() as cursor:
        return cursor.execute("SELECT 1 UNION ALL SELECT 2").fetchone()


def test_what_django_asked_for_lets_go_of_it(opened):
    one = opened()
    mark(one, "first")
    assert read_half(one) == (1,)
    one.close()
    assert marks(opened()) == ["first"]


def test_the_relay_hears_from_the_file_that_somebody_wrote(opened, monkeypatch):
    one, other = opened(), opened()
    ask(other, "CREATE TABLE said (words TEXT)")
    monkeypatch.setattr(relay, "connection", one)
    before = relay._written()
    assert relay._written() == before
    ask(other, "INSERT INTO said VALUES ('now')")
    after = relay._written()
    assert after != before
    ask(one, "INSERT INTO said VALUES ('by itself')")
    assert relay._written() == after
