"""What /readyz says when a part is away, and that only two of them make the site unready."""

from datetime import timedelta

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from community.kernel import views
from community.kernel.api import now
from community.kernel.models import OutboxEvent, OutboxState
from community.kernel.views import UNHEALTHY_AFTER_SECONDS
from community.search.api import mark_content
from community.search.models import Mark
from tests.people import member

pytestmark = pytest.mark.django_db


def fails(error):
    def ask(*_args):
        raise error

    return ask


def refused():
    error = OperationalError("no connection")
    error.__cause__ = psycopg.OperationalError()
    return error


@pytest.mark.parametrize("error", [refused(), InterfaceError("connection already closed")], ids=repr)
def test_without_the_database_it_is_not_ready(client, monkeypatch, error):
    monkeypatch.setattr(connection, "cursor", fails(error))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "away"})


def test_where_the_tables_are_not_made_yet_it_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(views, "outbox_status", fails(ProgrammingError('relation "..." does not exist')))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "away"})


@pytest.mark.parametrize(("beyond", "status"), [(-30, 200), (30, 503)])
def test_facts_that_wait_too_long_make_it_unready(client, beyond, status):
    member("maja")
    OutboxEvent.objects.update(state=OutboxState.HANDLED)
    waiting = OutboxEvent.objects.order_by("pk").first()
    then = now() - timedelta(seconds=UNHEALTHY_AFTER_SECONDS + beyond)
    OutboxEvent.objects.filter(pk=waiting.pk).update(state=OutboxState.PENDING, published_at=then)
    answer = client.get("/readyz")
    said = answer.json()["outbox"]
    assert (answer.status_code, said["depth"]) == (status, 1)
    assert said["oldest_seconds"] == pytest.approx(UNHEALTHY_AFTER_SECONDS + beyond, abs=20)


def test_facts_set_aside_do_not(client):
    member("maja")
    OutboxEvent.objects.update(state=OutboxState.SET_ASIDE, published_at=now() - timedelta(days=3))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["outbox"]["depth"]) == (200, 0)


def test_search_that_is_far_behind_is_told_and_does_not_either(client, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"  # nobody listens, and nobody is asked
    mark_content("member", [1, 2])
    Mark.objects.update(marked_at=now() - timedelta(days=3))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["search"]["content"]) == (200, {"waiting": 2})
