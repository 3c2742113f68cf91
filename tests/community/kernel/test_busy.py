"""While another one writes to SQLite for long, an act is ended whole and can be done again."""

import sqlite3

import pytest
from django.db import OperationalError, connection

from community.kernel.api import is_connection_lost, is_lock_conflict
from forums import services
from forums.models import Post
from tests.forums.places import topic

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def busy(tmp_path):
    """What Django raises for a database somebody else is writing to."""
    path = tmp_path / "busy.sqlite3"
    with sqlite3.connect(path, isolation_level=None) as one, sqlite3.connect(path, timeout=0) as other:
        one.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as raised, connection.wrap_database_errors:
            other.execute("BEGIN IMMEDIATE")
        one.execute("ROLLBACK")
    return raised.value


def test_a_busy_database_is_in_the_way_and_not_away(busy):
    assert (is_lock_conflict(busy), is_connection_lost(busy)) == (True, False)


def test_other_errors_are_neither(tmp_path):
    one = sqlite3.connect(tmp_path / "a.sqlite3")
    with pytest.raises(OperationalError) as raised, connection.wrap_database_errors:
        one.execute("SELECT * FROM nothing")
    assert (is_lock_conflict(raised.value), is_connection_lost(raised.value)) == (False, False)


def test_what_was_sent_meanwhile_comes_back_with_the_advice_to_try_again(client, busy, monkeypatch):
    found = topic()
    client.force_login(found.author)

    def write(**_said):
        raise busy

    monkeypatch.setattr(services, "write_post", write)
    page = client.post(f"/topics/{found.pk}/reply/", {"source": "Mine to keep"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Something else happened at the same moment." in text and "Mine to keep" in text
    assert Post.objects.count() == 1
