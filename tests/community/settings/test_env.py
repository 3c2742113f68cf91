"""What an operator writes is what is read."""

from urllib.parse import quote

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured
from redis import ConnectionPool

from community.settings.databases import database
from community.settings.env import read

ODD = "$a@b/c:d#e?f%g+h&i=j ä"


@pytest.mark.parametrize("name", ["PADDOCK_SECRET_KEY", "PADDOCK_BRAND", "PADDOCK_FROM_EMAIL"])
@pytest.mark.parametrize("value", ["$kx9", r"\$kx9", "$HOME", "$$kx9", ""])
def test_a_value_is_not_the_name_of_another_variable(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert read(name) == value


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("PADDOCK_OLD_SECRET_KEYS", "$kx9,another", ["$kx9", "another"]),
        ("PADDOCK_OLD_SECRET_KEYS", "", []),
        ("PADDOCK_HOSTS", "a.example.com,b.example.com", ["a.example.com", "b.example.com"]),
        ("PADDOCK_DEBUG", "1", True),
        ("PADDOCK_STARTER_VOCABULARY", "0", False),
        ("PADDOCK_STARTER_VOCABULARY", "no", False),
        ("PADDOCK_PROXIES", "2", 2),
        ("PADDOCK_PROXIES", "", 0),
        ("PADDOCK_LOG_LEVEL", "", "INFO"),
        ("PADDOCK_LOG_LEVEL", "WARN", "WARN"),
        ("PADDOCK_STARTER_VOCABULARY", "", True),
        ("PADDOCK_METRICS_FROM", "127.0.0.1, ::1", ["127.0.0.1", "::1"]),
    ],
)
def test_each_kind_is_read(monkeypatch, name, written, value):
    monkeypatch.setenv(name, written)
    assert read(name) == value


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("PADDOCK_PROXIES", "abc", "a number from 0 on; “abc” is none."),
        ("PADDOCK_PROXIES", "-1", "a number from 0 on; “-1” is none."),
        ("PADDOCK_DEBUG", "maybe", "1 or 0; “maybe” is none."),
        ("PADDOCK_LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL; “LOUD” is none."),
        ("PADDOCK_TIME_ZONE", "Mars/X", "the name of a time zone as Europe/Berlin; “Mars/X” is none."),
        ("PADDOCK_METRICS_FROM", "10.0.0.1,zz", "IP addresses with commas between them; “10.0.0.1,zz” is none."),
        ("PADDOCK_URL", "foo", "an address as https://community.example.com; what is given is none."),
    ],
)
def test_a_value_that_is_none_is_told_by_the_name_of_its_variable(monkeypatch, name, written, said):
    monkeypatch.setenv(name, written)
    with pytest.raises(ImproperlyConfigured) as told:
        read(name)
    assert str(told.value) == f"{name} is to be {said}"


BAD = {
    "DATABASE_URL": ("mysql://secret@a/b", "secret", "$kx9", "postgres://secret@db", "oracle://secret@db/name"),
    "REDIS_URL": ("secret", "redis://", "http://secret@redis:6379", "redis://redis:0/0"),
    "ELASTICSEARCH_URL": ("secret", "redis://secret@a", "http://", "http://secret@[::1"),
    "EMAIL_URL": ("secret", "smtp://", "imap://secret@mail"),
}
GOOD = {
    "DATABASE_URL": (
        "",
        "postgres://u:p@db:5432/n?sslmode=require",
        "postgres:///n",
        "sqlite:////srv/a.sqlite3",
        "postgres://u:p@h1:5432,h2:5432/db?target_session_attrs=read-write",
        "postgres://u:p#[q]@db/n",
        "postgres:///?service=x",
        "postgres://u@[::1]:5432/n",
        "postgres://%2Fvar%2Frun%2Fpostgresql/n",
        "sqlite://:memory:",
    ),
    "REDIS_URL": ("redis://u:p@redis:6379/0", "rediss://redis", "unix:///run/redis.sock?db=1", "redis:///0", ""),
    "ELASTICSEARCH_URL": ("http://127.0.0.1:9200", "https://u:p@es.example.com/path", ""),
    "EMAIL_URL": ("smtp+tls://u:p@mail:587", "smtp://mail:25", "smtp://:25", "consolemail://", ""),
}


@pytest.mark.parametrize(("name", "written"), [(name, one) for name, found in BAD.items() for one in found])
def test_an_address_that_is_none_is_refused_and_not_repeated(monkeypatch, name, written):
    monkeypatch.setenv(name, written)
    with pytest.raises(
        ImproperlyConfigured, match=rf"^{name} is to be an address as .*what is given is none\.$"
    ) as told:
        read(name)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(("name", "written"), [(name, one) for name, found in GOOD.items() for one in found])
def test_an_address_is_taken_as_it_is(monkeypatch, name, written):
    monkeypatch.setenv(name, written)
    assert read(name) == written


def test_what_is_not_set_has_its_value_of_the_table(monkeypatch):
    for name in ("PADDOCK_BRAND", "PADDOCK_OLD_SECRET_KEYS", "PADDOCK_PROXIES"):
        monkeypatch.delenv(name, raising=False)
    assert (read("PADDOCK_BRAND"), read("PADDOCK_OLD_SECRET_KEYS"), read("PADDOCK_PROXIES")) == ("Norling", [], 0)
    with pytest.raises(KeyError):
        read("HOME")


def test_a_password_in_an_address_may_be_any_when_it_is_percent_encoded():
    who = f"{quote(ODD, safe='')}:{quote(ODD, safe='')}"
    postgres = database(f"postgres://{who}@db.example.com:5432/paddock?sslmode=require")
    assert (postgres["USER"], postgres["PASSWORD"], postgres["HOST"]) == (ODD, ODD, "db.example.com")
    mail = environ.Env.email_url_config(f"smtp+tls://{who}@mail.example.com:587")
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"], mail["EMAIL_HOST"]) == (ODD, ODD, "mail.example.com")
    redis = ConnectionPool.from_url(f"redis://{who}@redis.example.com:6379/0").connection_kwargs
    assert (redis["username"], redis["password"], redis["host"]) == (ODD, ODD, "redis.example.com")
