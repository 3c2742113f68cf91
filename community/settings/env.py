"""Every environment variable Paddock reads, in one table.

``docs/settings.md`` is generated from it (``manage.py settings_doc``) and a test holds the two together.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from community.settings import forms
from community.settings.forms import Form

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Variable:
    """One environment variable: how it is read, what it is when unset, what it means, what its values look like."""

    name: str
    kind: str
    default: Any
    meaning: str
    form: Form | None = None


VARIABLES = (
    Variable(
        "PADDOCK_HOME",
        "str",
        "var",
        "Folder of all an installation writes: database, index, media, mail, secret. A relative one lies in the "
        "checkout, wherever a command is run.",
    ),
    Variable(
        "PADDOCK_SECRET_KEY",
        "str",
        "",
        "Signs sessions and tokens; 50 characters or more, no comma. Generated in development, required in production.",
    ),
    Variable(
        "PADDOCK_OLD_SECRET_KEYS",
        "list",
        [],
        "Secret keys of before, comma separated, for good: sessions and second steps made with them stay valid, and "
        "names and imports of erased people are known by them.",
    ),
    Variable("PADDOCK_DEBUG", "bool", False, "Django's debug pages. Never in production."),
    Variable("PADDOCK_HOSTS", "list", [], "Host names served, comma separated. Required in production."),
    Variable(
        "PADDOCK_URL",
        "str",
        "http://127.0.0.1:8000",
        "The address members type: of links in mail and of a new site; with http, keys work without https.",
        forms.SITE,
    ),
    Variable("PADDOCK_BRAND", "str", "Norling", "The brand's name in Latin script."),
    Variable("PADDOCK_BRAND_ZH", "str", "诺岭", "The brand's name in Chinese."),
    Variable(
        "PADDOCK_STARTER_VOCABULARY",
        "bool",
        True,
        "Whether migrate brings the starter vocabulary. 0: a site of another subject begins with words of its own.",
    ),
    Variable(
        "PADDOCK_TIME_ZONE",
        "str",
        "UTC",
        "Time zone of the dates on pages, in tables and in file names.",
        forms.TIME_ZONE,
    ),
    Variable(
        "DATABASE_URL",
        "str",
        "",
        "PostgreSQL address, as postgres://user:password@host:5432/name; without a password PGPASSWORD holds. Unset: "
        "SQLite under PADDOCK_HOME.",
        forms.DATABASE,
    ),
    Variable(
        "REDIS_URL",
        "str",
        "",
        "Redis for the channel layer and the cache, as redis://user:password@host:6379/0. Unset: in memory, one "
        "process.",
        forms.REDIS,
    ),
    Variable(
        "ELASTICSEARCH_URL",
        "str",
        "",
        "Elasticsearch address. Unset: the embedded engine under PADDOCK_HOME.",
        forms.ELASTICSEARCH,
    ),
    Variable(
        "PADDOCK_SEARCH_PREFIX", "str", "paddock_", "Prefix of index names, so that installations can share a cluster."
    ),
    Variable(
        "EMAIL_URL",
        "str",
        "",
        "Mail server: smtp+tls://user:password@host:587 (STARTTLS), smtp+ssl://user:password@host:465 (TLS from the "
        "first byte), or smtp://host:25 (in clear, for a server on the same machine). Unset: mail is written to files "
        "under PADDOCK_HOME/mail.",
        forms.MAIL,
    ),
    Variable(
        "PADDOCK_FROM_EMAIL",
        "str",
        "community@localhost",
        "Sender of the community's mail, an address the mail server may send for.",
    ),
    Variable("PADDOCK_LOG_LEVEL", "str", "INFO", "Least severe level that is logged.", forms.LEVEL),
    Variable(
        "PADDOCK_PROXIES",
        "int",
        0,
        "Proxies in front of the web processes: they say who asks (X-Forwarded-For) and whether by https "
        "(X-Forwarded-Proto). 0: browsers reach the web process itself. In production usually 1.",
    ),
    Variable(
        "PADDOCK_METRICS_FROM",
        "list",
        [],
        "Addresses that may read /metrics, comma separated. Unset: nobody may.",
        forms.IP_ADDRESSES,
    ),
)

_KINDS = {"str": str, "bool": bool, "int": int, "list": list}
_FORMS = {"bool": forms.SWITCH, "int": forms.COUNT}


def read(name: str) -> Any:
    """The value of a listed variable, as it is written.

    Raises KeyError for one that is not in the table, and ImproperlyConfigured for a value that cannot be one.
    ``environ.Env()`` would take a secret that begins with ``$`` for the name of another variable.
    """
    variable = {entry.name: entry for entry in VARIABLES}[name]
    written = os.environ.get(name)
    form = variable.form or _FORMS.get(variable.kind)
    # Compose and others pass on what nobody set as an empty value.
    if written is None or (not written and form):
        return variable.default
    if form:
        _require_form(variable, form, written)
    value = environ.Env.parse_value(written, _KINDS[variable.kind])
    return [part.strip() for part in value] if variable.kind == "list" else value


def _require_form(variable: Variable, form: Form, written: str) -> None:
    if form.fits(written):
        return
    given = "what is given" if form.secret else f"“{written}”"
    raise ImproperlyConfigured(f"{variable.name} is to be {form.wanted}; {given} is none.")


def home() -> Path:
    """The folder an installation writes to; made when missing, for its owner only."""
    path = Path(read("PADDOCK_HOME"))
    path = path if path.is_absolute() else BASE_DIR / path
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"The folder {path} (PADDOCK_HOME) cannot be made: {error.strerror}.") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"The folder {path} (PADDOCK_HOME) may not be written to by who runs this.")
    return path


def brand_folder() -> list[tuple[str, Path]]:
    """The brand's own files, as one of Django's folders of static files; none where there is no such folder."""
    path = home() / "brand"
    return [("brand", path)] if path.is_dir() else []


def keep_private() -> None:
    """From now on files of this process are readable by its owner only: the database and the index hold everybody."""
    os.umask(0o077)
