"""What the values of settings look like: told to the operator when one does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHORT_LEVELS = ("NOTSET", "WARN", "FATAL")


@dataclass(frozen=True)
class Form:
    """A test of a value as it is written, and what the message says it should be. ``secret`` ones are not repeated."""

    fits: Callable[[str], bool]
    wanted: str
    secret: bool = False


def address(*schemes: str, example: str, hosted: bool = True) -> Form:
    """An address that begins with one of these schemes: with a host, or what stands for the usual one if not hosted."""

    def fits(written: str) -> bool:
        try:
            parts = urlsplit(written)
            port_is_one = parts.port is None or parts.port > 0
        except ValueError:
            return False
        there = parts.hostname if hosted else parts.netloc or parts.path.strip("/")
        return parts.scheme in schemes and port_is_one and bool(there)

    return Form(fits, f"an address as {example}", secret=True)


def _is_database(written: str) -> bool:
    """Whether it is read as one of our two databases with a name: with several hosts too, or by a service file."""
    if written.partition("://")[0] not in environ.Env.DB_SCHEMES:
        return False
    try:
        read = environ.Env.db_url_config(written)
    except (ValueError, ImproperlyConfigured):
        return False
    named = read.get("NAME") or read.get("OPTIONS", {}).get("service")
    return str(read.get("ENGINE", "")).rpartition(".")[2] in DATABASES and bool(named)


def _is_mail(written: str) -> bool:
    scheme = written.partition(":")[0]
    return scheme in environ.Env.EMAIL_SCHEMES and (not scheme.startswith("smtp") or SMTP.fits(written))


def _is_ip(written: str) -> bool:
    try:
        ip_address(written.strip())
    except ValueError:
        return False
    return True


TRUTHS, LIES = environ.Env.BOOLEAN_TRUE_STRINGS, ("false", "off", "n", "no", "0")
SWITCH = Form(lambda written: written.strip().lower() in {*TRUTHS, *LIES}, "1 or 0")
COUNT = Form(lambda written: re.fullmatch(r"\s*[0-9]{1,3}\s*", written) is not None, "a number from 0 on")
LEVEL = Form(lambda written: written in (*LEVELS, *SHORT_LEVELS), f"one of {', '.join(LEVELS)}")
TIME_ZONE = Form(lambda written: written in available_timezones(), "the name of a time zone as Europe/Berlin")
IP_ADDRESSES = Form(
    lambda written: all(map(_is_ip, filter(None, written.split(",")))), "IP addresses with commas between them"
)
DATABASES = ("postgresql", "sqlite3")
SITE = address("http", "https", example="https://community.example.com")
DATABASE = Form(_is_database, "an address as postgres://user:password@host:5432/name", secret=True)
REDIS = address("redis", "rediss", "unix", example="redis://user:password@host:6379/0", hosted=False)
ELASTICSEARCH = address("http", "https", example="http://host:9200")
SMTP = address("smtp", "smtps", "smtp+tls", "smtp+ssl", example="smtp+tls://user:password@host:587", hosted=False)
MAIL = Form(_is_mail, SMTP.wanted, secret=True)
