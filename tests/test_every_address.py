"""Every address is opened on PostgreSQL, Redis and Elasticsearch: no question of a page fails on the real servers.

How pages look and who is refused is asked of one machine alone; so every page has to meet the servers once.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from community.members.api import Role
from tests.addresses import COLUMNS, ROWS, sent_to, things
from tests.people import member, staff
from tests.relay import drain

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def client_of(column: str) -> Client:
    client = Client()
    if column != "guest":
        client.force_login(member("a-member") if column == "member" else staff(Role(column)))
    return client


def test_every_address_answers_every_role():
    names = things()
    clients = {column: client_of(column) for column in COLUMNS}
    drain()
    for method, address, expected in ROWS:
        where, sent, opened = address.format(**names), sent_to(address, names), False
        for column, outcome in zip(COLUMNS, expected, strict=True):
            if method == "post" and (opened or outcome in {"in", "403", "404"}):
                continue  # one who may is enough: services have tests of their own
            with transaction.atomic():
                status = getattr(clients[column], method)(where, sent).status_code
                transaction.set_rollback(True)
            opened = True
            assert (status < 400) == (not outcome.isdecimal()), (method, where, column, status)
            assert status < 500, (method, where, column)
