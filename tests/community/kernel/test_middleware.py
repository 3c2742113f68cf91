"""Requests that nobody's browser makes are answered, not failed at."""

import pytest

from community.kernel.middleware import LONGEST_ADDRESS
from community.members.api import Role
from tests.forums.places import reply, topic
from tests.people import staff
from tests.sites import ensure_site

pytestmark = pytest.mark.django_db

BROKEN = ["http://[::1", "http://[", "//[x", "\\\\", "x" * 5_000, "http://a:b:c/", "http://[v1.x]/", "javascript:1"]


@pytest.mark.serverless
@pytest.mark.parametrize("address", BROKEN)
def test_a_page_that_says_nonsense_about_where_it_is_leads_to_the_sign_in(client, address):
    for answer in (
        client.get("/me/", headers={"HX-Request": "true", "HX-Current-URL": address}),
        client.post(f"/posts/{reply(topic()).pk}/react/", headers={"HX-Request": "true", "HX-Current-URL": address}),
    ):
        assert answer.status_code == 200
        assert answer["HX-Redirect"].startswith("/account/login/?next=")


NUMBERS = ["9" * 4_400, "9" * 101]
PLACES = ["/documents/{}/x", "/topics/{}/", "/posts/{}/", "/ideas/{}/x/", "/notifications/{}/", "/cms/pages/{}/edit/"]
PLACES += [
    "/cms/pages/1/revisions/compare/{0}...{0}/",
    "/workbench/segments/{}/",
    "/django-admin/auth/group/{}/change/",
]


@pytest.mark.serverless
@pytest.mark.parametrize("number", NUMBERS, ids=len)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_has_so_long_a_number(client, place, number):
    ensure_site()
    person = staff(Role.BRAND_MANAGER)
    person.is_superuser = True
    person.save()
    for _ in range(2):
        answer = client.get(place.format(number))
        assert answer.status_code == 404
        client.force_login(person)


def test_nor_one_beyond_the_columns(client):
    ensure_site()
    person = staff(Role.BRAND_MANAGER)
    person.is_superuser = True
    person.save()
    client.force_login(person)
    for place in PLACES:
        for number in ("9" * 18, "9" * 19, "9" * 30, "9" * 100):
            assert client.get(place.format(number)).status_code in {302, 404, 405}, place.format(number)


@pytest.mark.serverless
def test_no_form_asks_so_long_a_question(client):
    ensure_site()
    for address in ("/search/", "/clubs/", "/cms/snippets/crm_bridge/keyword/", "/cms/pages/search/"):
        answer = client.get(address, {"q": "x" * LONGEST_ADDRESS})
        assert (answer.status_code, 'id="main"' in answer.content.decode()) == (414, True)
    assert client.get("/search/", {"q": "车" * 500}).status_code == 200


def test_the_vocabulary_is_searched_by_long_words(client):
    ensure_site()
    person = staff(Role.BRAND_MANAGER)
    person.is_superuser = True
    person.save()
    client.force_login(person)
    assert client.get("/cms/snippets/crm_bridge/keyword/", {"q": "x" * 15_000}).status_code == 200
