"""Logging: readable lines in development; in production one JSON object a line, without personal data.

What people typed, their names and their addresses reach log lines by four ways, each closed here: the path of a
request (its route is logged instead), the text of an exception (its type and the places it passed are logged), what
others' lines are filled in with (they are logged as they stand in the code), and what ours are (numbers, and names of
things in the code).
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import Any

import structlog

from community.kernel.errors import is_connection_lost

OURS = "paddock"
OUR_EXTRAS = ("event_id", "task", "again")
# Lines of others that say what an operator needs and come of no request.
HARMLESS = ("Listen failure: %s",)
FRAME = re.compile(r'^  File "([^"\n]+)", line (\d+), in (\S+)$', re.MULTILINE)


def one_way(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The route of a request in place of its path, others' lines not filled in, and what our own lines carry."""
    record: logging.LogRecord | None = event.get("_record")
    if record is None:
        return event
    ours = record.name.partition(".")[0] == OURS
    if not ours and record.msg not in HARMLESS:
        event |= _unfilled(record.msg)
    request = getattr(record, "request", None)
    if request is not None:
        match = getattr(request, "resolver_match", None)
        event["event"] = "request refused or failed"
        event["method"] = getattr(request, "method", "")
        event["route"] = match.route if match else ""
    for name in ("status_code", *(OUR_EXTRAS if ours else ())):
        if hasattr(record, name):
            event[name] = getattr(record, name)
    return event


def _unfilled(message: Any) -> dict[str, Any]:
    # Some are filled in before they are logged: with several lines, such as a traceback that ends with what it quotes.
    if not isinstance(message, str):
        return {"event": type(message).__name__}
    first, _end, rest = message.partition("\n")
    passed = [f"{file}:{line} {name}" for file, line, name in FRAME.findall(rest)]
    return {"event": first, "places": passed} if passed else {"event": first}


def places(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """An exception as its type and the places it passed, innermost last; its text may quote what somebody wrote.

    While the database is away each refusal is one short line: where it was does not matter then.
    """
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = type(error).__name__
        if not is_connection_lost(error):
            frames = traceback.extract_tb(error.__traceback__)
            event["places"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: from this level on, as lines of JSON without what names people, or as lines to read."""
    before = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    safe = [one_way, places] if as_json else []
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # others print every variable, and take a second for it
        )
    )
    finish = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": before,
        "processors": [*safe, *finish],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "daphne": {"level": "WARNING"},
            "django_tasks": {"level": "WARNING"},
            "django_tasks_db": {"level": "ERROR"},  # it warns of nothing but being asked to stop
            "elastic_transport": {"level": "WARNING"},
            "wagtail": {"level": "WARNING"},  # each page saved, with its title; editors have them in its own log
        },
    }
