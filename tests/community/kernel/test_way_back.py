"""A refused act leads back to the page it was sent from, and nowhere else."""

import re

import pytest
from django.test import Client

from tests.forums.places import topic
from tests.people import member

pytestmark = pytest.mark.django_db


def back(referer, **more):
    client = Client()
    client.force_login(member("ada"))
    found = topic(title="Deleted meanwhile")
    type(found).objects.filter(pk=found.pk).update(deleted_at=found.opened_at)
    page = client.post(f"/topics/{found.pk}/moderate/", {"act": "pin"}, headers={"referer": referer}, **more)
    assert page.status_code in {403, 410}
    return re.findall(r'<a class="btn" href="([^"]*)"', page.content.decode())


@pytest.mark.parametrize(
    ("referer", "leads"),
    [
        ("http://testserver/boards/touring/?page=2", ["/boards/touring/?page=2"]),
        ("http://testserver//evil.example/", ["/evil.example/"]),
        ("http://testserver.evil.example/", ["/"]),
        ("https://evil.example/", ["/"]),
        ("javascript:alert(1)", ["/"]),
        ("", ["/"]),
    ],
)
def test_the_page_before_is_one_of_ours(referer, leads):
    assert back(referer) == leads
