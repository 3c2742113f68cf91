"""What monitoring reads."""

import pytest

from community.search.api import mark_content
from tests.people import member

pytestmark = pytest.mark.django_db


def values(response):
    lines = response.content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_nobody_reads_the_figures_unless_they_may(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_FROM, settings.PROXIES = ["127.0.0.1"], 1
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 404


def test_the_figures_say_how_far_relay_and_search_are_behind(client, settings, django_assert_num_queries):
    settings.METRICS_FROM = ["127.0.0.1"]
    member("ada")
    mark_content("member", [1, 2])
    # three of the outbox, refused documents, two for each of the two indexes
    with django_assert_num_queries(8):
        found = values(client.get("/metrics"))
    assert float(found["paddock_outbox_waiting"]) == 1
    assert float(found['paddock_search_waiting{index="content"}']) >= 2
    assert float(found["paddock_outbox_set_aside"]) == float(found["paddock_search_refused"]) == 0
    assert "ada" not in str(found)


def test_readiness_tells_of_search_too(client):
    assert client.get("/readyz").json()["search"]["content"] == {"waiting": 0}
