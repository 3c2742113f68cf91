"""Tests on real servers: the addresses come from ``scripts/services.sh run``.

With ``--servers`` the whole suite uses Elasticsearch and Redis (and PostgreSQL, by DATABASE_URL).
"""

from __future__ import annotations

import functools
import os
import secrets
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase
from elasticsearch import Elasticsearch

from community.kernel.caches import RedisOrMemory
from community.search import elastic
from community.search.elastic import Elastic, client

PREFIX = f"test_{os.getpid()}_{secrets.token_hex(3)}_"


def pytest_addoption(parser):
    parser.addoption("--servers", action="store_true", help="use Elasticsearch and Redis in every test")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What touches neither database nor server is ``serverless`` by itself, so that no run on servers repeats it."""
    for item in items:
        if not _touches(item):
            item.add_marker("serverless")


def _touches(item):
    if any(map(item.get_closest_marker, ("django_db", "services", "browser"))):
        return True
    of_django = item.cls is not None and issubclass(item.cls, TransactionTestCase)
    return of_django or not {"db", "transactional_db", "live_server"}.isdisjoint(item.fixturenames)


def address(name: str) -> str:
    """Where a server listens; fails where it is not started."""
    assert django_settings.SERVERS[name], f"no {name}: make services, then scripts/services.sh run pytest ..."
    return django_settings.SERVERS[name]


@pytest.fixture(scope="session")
def elastic_address():
    """Where Elasticsearch listens; what this process wrote there is gone afterwards.

    No memory is kept of what was deleted: ids of the next test may have lower versions.
    """
    with Elasticsearch(address("elasticsearch"), request_timeout=30) as cluster:
        forgetful = {"settings": {"index.gc_deletes": "-1"}}
        cluster.indices.put_index_template(name=PREFIX, index_patterns=[f"{PREFIX}*"], template=forgetful)
        yield address("elasticsearch")
        for name in cluster.indices.get(index=f"{PREFIX}*"):
            cluster.indices.delete(index=name)
        cluster.indices.delete_index_template(name=PREFIX)


@pytest.fixture
def elasticsearch(elastic_address, settings):
    """Search on Elasticsearch, in indexes of this test's own."""
    settings.SEARCH_PREFIX = f"{PREFIX}{secrets.token_hex(3)}_"
    settings.ELASTICSEARCH_URL = elastic_address


class Kept(Elastic):
    """An index that is there from the start, and emptied instead of dropped: making one takes many times as long."""

    client = staticmethod(functools.cache(client))
    filled: ClassVar[dict[str, dict[str, int]]] = {}  # by schema: the documents, and their highest versions

    def __init__(self, schema, es, *, prefix):
        super().__init__(schema, es, prefix=prefix)
        if schema.mark not in self.filled:
            self.ensure()
            self.filled[schema.mark] = {}

    def _bulk(self, operations, index, report):
        held = self.filled[self.schema.mark]
        for guard in (operation["index"] for operation in operations[::2]):
            held[guard["_id"]] = max(held.get(guard["_id"], 0), guard["version"])
        super()._bulk(operations, index, report)

    def drop(self):
        held = self.filled[self.schema.mark]
        gone = [{"delete": {"_id": key, "version": at, "version_type": "external_gte"}} for key, at in held.items()]
        if gone:
            answer = self.bulk.bulk(index=self._indexes.write, operations=gone, refresh=True)
            assert not answer["errors"], answer
            held.clear()

    def close(self):
        """The next test has the same connections."""


@pytest.fixture
def kept_elasticsearch(elastic_address, settings, monkeypatch):
    """Search on Elasticsearch, in this process's indexes, which every test finds empty."""
    settings.SEARCH_PREFIX = PREFIX
    settings.ELASTICSEARCH_URL = elastic_address

    def opened(schema, es, *, prefix):
        foreign = elastic_address != settings.ELASTICSEARCH_URL or prefix != PREFIX
        return (Elastic if foreign else Kept)(schema, es, prefix=prefix)

    monkeypatch.setattr(elastic, "Elastic", opened)
    monkeypatch.setattr(elastic, "client", Kept.client)


class OwnKeys(RedisOrMemory):
    """A cache among others in the same Redis: emptying it touches its own keys only.

    Every test makes a cache of its own, and so does every thread of one. They share their connections, which nothing
    closes: Django's cache leaves that to the end of the process.
    """

    _clients: ClassVar[dict[str, Any]] = {}

    @property
    def _cache(self):
        key = repr((self._servers, sorted(self._options.items())))
        if key not in self._clients:
            self._clients[key] = self._class(self._servers, **self._options)
        return self._clients[key]

    def clear(self):
        client = self._cache.get_client(None, write=True)
        keys = list(client.scan_iter(f"{self.key_prefix}:*"))
        return bool(keys and client.delete(*keys))


@pytest.fixture
def redis(settings):
    """Cache and channel layer on Redis, under names of this process's own."""
    settings.CACHES = {
        "default": {
            "BACKEND": "tests.servers.OwnKeys",
            "LOCATION": address("redis"),
            "KEY_PREFIX": PREFIX,
            "OPTIONS": {"socket_connect_timeout": 5, "socket_timeout": 5},  # a busy machine is no outage
        }
    }
    hosts = [{"address": address("redis"), "socket_timeout": None}]
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts, "prefix": PREFIX}}
    }


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.services)])
def engine(request, settings, tmp_path):
    """Each engine in turn, the embedded one on disk: what other processes of the same installation see too."""
    settings.PADDOCK_HOME = tmp_path
    settings.SEARCH_FOLDER = tmp_path / "search"
    settings.ELASTICSEARCH_URL = ""
    if request.param == "elasticsearch":
        request.getfixturevalue("elasticsearch")
    return request.param


def environment(settings) -> dict[str, str]:
    """The environment variables with which another process works on a test's PostgreSQL database and index."""
    at = connection.settings_dict
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "community.settings.dev",
        "PADDOCK_HOME": str(settings.PADDOCK_HOME),
        "DATABASE_URL": f"postgres://{at['USER']}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}/{at['NAME']}",
        "REDIS_URL": "",
        "ELASTICSEARCH_URL": settings.ELASTICSEARCH_URL,
        "PADDOCK_SEARCH_PREFIX": settings.SEARCH_PREFIX,
    }


@pytest.fixture(scope="session", autouse=True)
def quick_flush():
    """Tests that commit leave few rows: deleting those takes a tenth of the time of truncating a hundred tables.

    A flush is one transaction, and every foreign key of Django's is checked at its end.
    """

    def delete(operations, style, tables, **options):
        return [f"{style.SQL_KEYWORD('DELETE FROM')} {operations.quote_name(table)}" for table in tables]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.backends.postgresql.operations.DatabaseOperations.sql_flush", delete)
        yield


@pytest.fixture(autouse=True)
def chosen_servers(request):
    """With --servers every test uses them."""
    if request.config.getoption("servers"):
        request.getfixturevalue("redis")
        if {"engine", "elasticsearch"}.isdisjoint(request.fixturenames):
            request.getfixturevalue("kept_elasticsearch")
