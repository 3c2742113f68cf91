import json
import logging
import logging.config

import psycopg
import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import resolve

from community.settings.logs import configuration


@pytest.fixture
def line():
    """Logs something as production does and returns the object it wrote."""
    settings = configuration(level="INFO", as_json=True)
    formatter = logging.config.DictConfigurator(settings).configure_formatter(settings["formatters"]["lines"])

    def written(**values):
        record = logging.makeLogRecord({"name": "paddock.test", "levelno": 40, "levelname": "ERROR", **values})
        return json.loads(formatter.format(record))

    return written


def test_a_line_is_one_object_with_time_level_and_logger(line):
    found = line(msg="round failed: %s", args=("search",))
    assert found.pop("timestamp").endswith("Z")
    assert found == {"event": "round failed: search", "level": "error", "logger": "paddock.test"}


def test_a_request_shows_its_route_and_neither_path_nor_question(line):
    request = RequestFactory().get("/topics/7/my-neighbour-ada/?q=secret")
    request.resolver_match = resolve("/topics/7/my-neighbour-ada/")
    found = line(msg="%s: %s", args=("Not Found", request.path), request=request, status_code=404)
    assert "ada" not in json.dumps(found)
    assert "secret" not in json.dumps(found)
    assert (found["status_code"], found["method"], found["route"]) == (404, "GET", request.resolver_match.route)


def test_an_exception_shows_where_it_was_and_not_what_it_quotes(line):
    with pytest.raises(ValueError, match="ada") as raised:
        int("ada@example.org")
    found = line(msg="fact failed", exc_info=(raised.type, raised.value, raised.tb), event_id=9)
    assert "example.org" not in json.dumps(found)
    assert (found["exception"], found["event_id"]) == ("ValueError", 9)
    assert "test_an_exception_shows" in found["places"][-1]


@pytest.mark.parametrize(("state", "short"), [(None, True), ("57P01", True), ("22001", False)])
def test_while_the_database_is_away_a_line_is_short(line, state, short):
    cause = psycopg.OperationalError("connection to 10.0.0.7 failed")
    cause.sqlstate = state
    with pytest.raises(OperationalError) as raised:
        raise OperationalError from cause
    found = line(msg="failed", exc_info=(raised.type, raised.value, raised.tb), status_code=503)
    assert (found["exception"], found["status_code"], "places" in found) == ("OperationalError", 503, not short)


def test_pages_that_are_saved_leave_no_titles_in_the_log():
    assert configuration(level="INFO", as_json=True)["loggers"]["wagtail"] == {"level": "WARNING"}
