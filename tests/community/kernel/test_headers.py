"""What browsers are told with every page: what may run in it, and who may keep it."""

import pytest
from django.urls import reverse

from community.members.api import Role
from tests.forums.places import reply, topic
from tests.people import member, staff
from tests.sites import ensure_site

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def policy_of(response):
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("address", ["/", "/search/", "/account/login/", "/nothing/"])
def test_nothing_inline_runs_on_the_pages_of_members(client, address):
    ensure_site()
    policy = policy_of(client.get(address))
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("address", ["/cms/", "/cms/pages/", "/cms/account/", "/django-admin/", "/cms/nothing/"])
def test_the_back_offices_load_nothing_from_elsewhere(client, address):
    ensure_site()
    person = staff(Role.BRAND_MANAGER)
    person.is_superuser = True
    person.save()
    client.force_login(person)
    policy = policy_of(client.get(address))
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    known = {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    assert {value for values in policy.values() for value in values} <= known
    assert ("'unsafe-inline'" in policy.get("script-src", [])) is address.startswith("/cms/")


def test_a_draft_may_be_shown_beside_the_form_it_is_written_in(client):
    home = ensure_site()
    client.force_login(staff(Role.BRAND_MANAGER))
    address = f"/cms/pages/{home.pk}/edit/preview/"
    client.post(address, {"title": "Home", "slug": "home", "welcome": "Hello", "comments-TOTAL_FORMS": "0"})
    response = client.get(f"{address}?in_preview_panel=true")
    assert response.status_code == 200
    policy = policy_of(response)
    assert policy["frame-ancestors"] == ["'self'"] and policy["script-src"] == ["'self'"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


PERSONAL = ["/", "/search/?q=rack", "/notifications/", "/me/space/", "/me/knows/", "/account/email/", "/members/maja/"]


@pytest.mark.parametrize("address", PERSONAL)
def test_nobody_keeps_a_page_of_somebody_signed_in(client, address):
    ensure_site()
    client.force_login(member("maja"))
    asked = client.get(address)
    assert asked.status_code == 200
    assert {"private", "no-store"} <= set(asked["Cache-Control"].replace(" ", "").split(","))


def test_nor_what_they_sent_and_what_came_back(client):
    maja, about = member("maja"), topic()
    client.force_login(maja)
    refused = client.post(f"/topics/{about.pk}/reply/", {"source": ""})
    assert (refused.status_code, refused["Cache-Control"]) == (422, "private, no-store")
    htmx = client.post(f"/posts/{reply(about).pk}/react/", {"kind": "useful"}, headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx["Cache-Control"]) == (200, "private, no-store")


def test_what_says_itself_how_long_it_may_be_kept_keeps_that(client):
    client.force_login(member("maja"))
    assert client.get(reverse("manifest"))["Cache-Control"] == "max-age=3600"


def test_a_guests_page_may_be_kept(client):
    about = topic()
    assert "Cache-Control" not in client.get(about.get_absolute_url())
