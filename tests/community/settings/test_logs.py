import json
import logging
import logging.config
import traceback

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


def test_a_client_that_leaves_while_its_request_goes_on_is_not_told_of(line):
    waiting = "<WebRequest at 0x7f method=GET uri=/account/signup/?next=/members/ada/ clientproto=HTTP/1.1>"
    said = "Application instance %r for connection %s took too long to shut down and was killed."
    found = line(name="daphne.server", msg=said, args=("<Task pending ada>", waiting))
    assert (found["event"], "ada" in json.dumps(found)) == (said, False)


def test_an_exception_inside_the_application_is_not_quoted(line):
    with pytest.raises(ValueError, match="ada") as raised:
        int("ada@example.org")
    said, error = "Exception inside application: %s", (raised.type, raised.value, raised.tb)
    found = line(name="daphne.server", msg=said, args=(raised.value,), exc_info=error)
    assert (found["event"], found["exception"], "ada" in json.dumps(found)) == (said, "ValueError", False)
    assert found["places"]


@pytest.mark.parametrize("before", ["", "Cannot build protocol: "])
def test_a_traceback_that_is_logged_as_text_shows_its_places_alone(line, before):
    try:
        int("ada@example.org")
    except ValueError:
        text = traceback.format_exc()
    found = line(name="daphne.http_protocol", msg=before + text)
    assert found["event"] == f"{before}Traceback (most recent call last):"
    assert "test_a_traceback_that_is_logged" in found["places"][-1]
    assert "ada" not in json.dumps(found)


def test_what_a_library_says_of_itself_is_kept_and_what_it_was_given_is_not(line):
    never = "Task exception was never retrieved\nfuture: <Task finished exception=ValueError('ada')>"
    assert line(name="asyncio", msg=never)["event"] == "Task exception was never retrieved"
    assert line(name="daphne.ws_protocol", msg={"user": "ada"})["event"] == "dict"
    assert line(name="daphne.server", msg="Listen failure: %s", args=("in use",))["event"] == "Listen failure: in use"
    assert line(name="paddocks", msg="%s", args=("ada",), task="ada")["event"] == "%s"


def test_a_request_that_is_suspicious_shows_its_route(line):
    request = RequestFactory().get("/members/ada/", headers={"host": "ada.example.org"})
    request.resolver_match = resolve("/members/ada/")
    said = "Invalid HTTP_HOST header: 'ada.example.org'."
    found = line(name="django.security.DisallowedHost", msg=said, request=request, status_code=400)
    assert (found["event"], found["status_code"]) == ("request refused or failed", 400)
    assert "ada" not in json.dumps(found)


def test_a_task_is_named_and_so_is_whether_it_is_done_again(line):
    found = line(name="paddock.tasks", msg="not ended", task="wagtail.tasks.delete_file_from_storage_task", again=True)
    assert (found["task"], found["again"]) == ("wagtail.tasks.delete_file_from_storage_task", True)


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


def test_lines_to_read_show_an_exception_without_the_values_of_variables():
    settings = configuration(level="INFO", as_json=False)
    formatter = logging.config.DictConfigurator(settings).configure_formatter(settings["formatters"]["lines"])
    address = "ada" + "@example.org"
    with pytest.raises(ValueError, match="not enough") as raised:
        _user, _host, _port = address.split("@")
    exception = (raised.type, raised.value, raised.tb)
    text = formatter.format(logging.makeLogRecord({"msg": "fact failed", "exc_info": exception}))
    assert "ValueError: not enough values" in text
    assert "example.org" not in text
