"""Who gets in where: every address by every role, each cell asserted; an address that is not in the table fails.

What may be done with single objects in their several states stands beside the features, in the tables of
tests/forums/test_permissions.py and tests/ideas/test_permissions.py.
"""

from __future__ import annotations

from copy import deepcopy
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, resolve

from community.members.api import Member, Role
from tests.addresses import COLUMNS, LIBRARIES, ROWS, routes, sent_to, things
from tests.people import member, staff
from tests.relay import drain

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def build_world() -> tuple[dict[str, Any], dict[str, SimpleCookie]]:
    """One of each thing, with a name to put into addresses; and what the browser of somebody of every column holds."""
    names = things()
    people = {"member": member("a-member"), **{role: staff(Role(role)) for role in COLUMNS[2:]}}
    return names, {column: cookies_of(people.get(column)) for column in COLUMNS}


def cookies_of(person: Member | None) -> SimpleCookie:
    """What somebody's browser holds who has signed in; of a guest's, nothing."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client.cookies


AREAS = sorted({address.split("/")[1] for _method, address, _expected in ROWS})


@pytest.mark.parametrize("area", AREAS)
def test_who_gets_in(area, world, subtests):
    names, cookies = world
    drain()  # the engine has its indexes
    for method, address, expected in ROWS:
        if address.split("/")[1] == area:
            with subtests.test(f"{method} {address}"):
                where, sent = address.format(**names), sent_to(address, names)
                assert [outcome(method, where, sent, cookies[column]) for column in COLUMNS] == expected


def outcome(method: str, address: str, sent: dict[str, str], cookies: SimpleCookie) -> str:
    """How it ends, taken back again. Whoever is refused has changed nothing."""
    client = Client()
    client.cookies = deepcopy(cookies)
    before = kept()
    with transaction.atomic():
        response = getattr(client, method)(address, sent)
        after = kept()
        transaction.set_rollback(True)
    result = ending(method, address, response)
    if result != "ok":
        assert after == before
    return result


def ending(method: str, address: str, response: Any) -> str:
    """The answer in a word of the table."""
    place = response.get("Location", "")
    if response.status_code == 302 and "/login/" in place:
        return "in"
    if response.status_code == 302 and address.startswith(("/cms/", "/django-admin/")):
        return "off"
    if method == "get" and response.status_code == 302 and place and address.startswith(place):
        return "up"
    return "ok" if response.status_code in {200, 204, 301, 302, 303} else str(response.status_code)


def kept() -> dict[str, int]:
    """How many rows our own tables have, asked at once."""
    ours = ("community", "forums", "ideas", "clubs", "crm_bridge")
    models = [model for model in apps.get_models() if model.__module__.split(".")[0] in ours]
    tables = [model._meta.db_table for model in models if model._meta.model_name != "accessentry"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return dict(cursor.fetchall())


def test_every_address_is_in_the_table(world):
    names, _cookies = world
    seen = {
        resolve(address.partition("?")[0].format(**names)).route.replace("^", "")
        for _method, address, _expected in ROWS
    }
    known = {route.replace("^", "") for route in routes(get_resolver()) if not route.startswith(LIBRARIES)}
    assert known - seen == set()
