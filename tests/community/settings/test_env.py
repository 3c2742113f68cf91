"""What an operator writes is what is read."""

from urllib.parse import quote

import environ
import pytest
from redis import ConnectionPool

from community.settings.databases import database
from community.settings.env import read

ODD = "$a@b/c:d#e?f%g+h&i=j ä"


@pytest.mark.parametrize("name", ["PADDOCK_SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
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
    ],
)
def test_each_kind_is_read(monkeypatch, name, written, value):
    monkeypatch.setenv(name, written)
    assert read(name) == value


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
