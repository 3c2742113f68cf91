"""What the values of settings look like: told to the operator when one does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Form:
    """A test of a value as it is written, and what the message says it should be. ``secret`` ones are not repeated."""

    fits: Callable[[str], bool]
    wanted: str
    secret: bool = False


def address(*schemes: str, example: str, hosted: bool = True, named: bool = False) -> Form:
    """An address that begins with one of these schemes: with a host, and with a name behind it, where asked for."""

    def fits(written: str) -> bool:
        try:
            parts = urlsplit(written)
            port_is_one = parts.port is None or parts.port > 0
        except ValueError:
            return False
        there = (parts.hostname or not hosted) and (parts.path.strip("/") or not named)
        return parts.scheme in schemes and port_is_one and bool(there)

    return Form(fits, f"an address as {example}", secret=True)


def either(one: Form, other: Form) -> Form:
    """One or the other."""
    wanted = f"{one.wanted}, or {other.wanted}"
    return Form(lambda written: one.fits(written) or other.fits(written), wanted, secret=one.secret or other.secret)


def _is_ip(written: str) -> bool:
    try:
        ip_address(written.strip())
    except ValueError:
        return False
    return True


TRUTHS, LIES = environ.Env.BOOLEAN_TRUE_STRINGS, ("false", "off", "n", "no", "0", "")
SWITCH = Form(lambda written: written.strip().lower() in {*TRUTHS, *LIES}, "1 or 0")
COUNT = Form(lambda written: re.fullmatch(r"\s*[0-9]{1,3}\s*", written) is not None, "a number from 0 on")
LEVEL = Form(lambda written: written in LEVELS, f"one of {', '.join(LEVELS)}")
TIME_ZONE = Form(lambda written: written in available_timezones(), "the name of a time zone as Europe/Berlin")
IP_ADDRESSES = Form(
    lambda written: all(map(_is_ip, filter(None, written.split(",")))), "IP addresses with commas between them"
)
SITE = address("http", "https", example="https://community.example.com")
POSTGRESQL = address(
    *("postgres", "postgresql", "psql", "pgsql"),
    example="postgres://user:password@host:5432/name",
    hosted=False,  # a socket of the machine has none
    named=True,
)
SQLITE = address("sqlite", example="sqlite:////path/of/a/file", hosted=False, named=True)
DATABASE = either(POSTGRESQL, SQLITE)
REDIS = either(
    address("redis", "rediss", example="redis://user:password@host:6379/0"),
    address("unix", example="unix:///path/of/a/socket", hosted=False, named=True),
)
ELASTICSEARCH = address("http", "https", example="http://host:9200")
MAIL = either(
    address("smtp", "smtps", "smtp+tls", "smtp+ssl", example="smtp+tls://user:password@host:587"),
    address("consolemail", "filemail", "memorymail", "dummymail", example="consolemail://", hosted=False),
)
