"""There is one way in: allauth's, which asks for the second step and counts the tries."""

import re
from urllib.parse import unquote

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.views import LoginView, PasswordResetConfirmView, PasswordResetView
from django.core import mail
from django.urls import Resolver404, URLResolver, get_resolver, resolve, reverse

from community.members.api import Role, give_role
from tests.people import member, staff
from tests.sites import ensure_site

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
PASSWORD = "correct horse"
BACK_OFFICES = ["/cms/login/", "/cms/password_reset/", "/cms/password_reset/done/", "/django-admin/login/"]
ENTRANCES = [*BACK_OFFICES, "/_util/login/"]
FILLED = {"uuid": "6f1c8f3e-2a1b-4c3d-8e9f-0a1b2c3d4e5f", "int": "1", "slug": "one", "str": "one", "path": "one"}


def addresses(patterns, before=""):
    """Every address there is, something put where it takes a value."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED.get(found[1] or "str", "one"), route)
            yield "/" + re.sub(r"\(\?P<app_label>[^)]*\)", "account", filled).translate(str.maketrans("", "", "^$"))


def view_at(address):
    """The view that answers at an address, as a class where it is one; None for a pattern no value was found for."""
    try:
        view = resolve(address).func
    except Resolver404:
        return None
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return getattr(view, "view_class", view)


@pytest.fixture
def super_ada():
    """A superuser with a second step."""
    ada = staff(Role.BRAND_MANAGER, "ada")
    ada.is_superuser = True
    ada.save()
    TOTP.activate(ada, generate_totp_secret())
    return ada


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("address", ENTRANCES)
def test_a_name_and_a_password_open_no_door_of_the_back_offices(client, super_ada, address, signed_in):
    ensure_site()
    before = ""
    if signed_in:
        nora = staff(Role.MARKETER, "nora")
        client.force_login(nora)
        before = str(nora.pk)
    client.post(address, {"username": "ada", "password": PASSWORD, "email": super_ada.email, "next": "/cms/"})
    assert client.session.get("_auth_user_id", "") == before
    assert mail.outbox == []


@pytest.mark.parametrize("address", ENTRANCES)
def test_they_lead_to_the_one_sign_in_and_back(client, address):
    ensure_site()
    sign_in = reverse("account_login")
    assert unquote(client.get(f"{address}?next=/cms/pages/")["Location"]) == f"{sign_in}?next=/cms/pages/"


@pytest.mark.parametrize("address", ENTRANCES)
def test_they_lead_to_no_other_site(client, super_ada, address):
    ensure_site()
    signed_out = unquote(client.get(f"{address}?next=https://evil.example/")["Location"])
    assert signed_out in {"/account/login/?next=/", f"/account/login/?next={address}?next=https://evil.example/"}
    client.force_login(super_ada)
    response = client.get(f"{address}?next=https://evil.example/")
    assert response.status_code == 403 or response["Location"] in {"/cms/", "/django-admin/"}


def test_editors_come_through_the_one_sign_in_to_where_they_wanted(client):
    ensure_site()
    nora = staff(Role.MARKETER, "nora")
    response = client.get("/cms/pages/", follow=True)
    assert unquote(response.redirect_chain[-1][0]) == "/account/login/?next=/cms/pages/"
    client.force_login(nora)
    assert client.get("/cms/login/?next=/cms/pages/")["Location"] == "/cms/pages/"
    assert client.get("/cms/login/")["Location"] == reverse("wagtailadmin_home")


def test_who_may_not_enter_is_told_so_and_not_sent_round_in_circles(client):
    ensure_site()
    for person in (member("maja"), staff(Role.MODERATOR, "mo")):
        client.force_login(person)
        assert client.get("/cms/", follow=True).status_code == 403
    client.force_login(member("otto"))
    assert client.get("/django-admin/", follow=True).status_code == 403
    assert client.get("/_util/login/?next=/articles/").status_code == 403


def test_passwords_and_addresses_of_the_brands_people_are_changed_on_the_account_pages_only(client):
    ensure_site()
    nora = staff(Role.MARKETER, "nora")
    client.force_login(nora)
    page = client.get("/cms/account/").content.decode()
    assert "name-email" not in page and 'type="password"' not in page
    client.post("/cms/account/", {"name_email-email": "not-mine@example.org", "name_email-first_name": "x"})
    nora.refresh_from_db()
    assert nora.email == "nora@example.org"
    give_role(member=nora, role=Role.BRAND_MANAGER)
    assert client.get("/django-admin/password_change/")["Location"] == reverse("account_change_password")


def test_no_view_but_allauths_signs_anybody_in(client, super_ada):
    """Of all addresses: no sign-in of Django's or of Wagtail's answers, and none takes a name and a password."""
    ensure_site()
    everything = {"username": "ada", "login": "ada", "password": PASSWORD, "email": super_ada.email}
    seen = 0
    for address in addresses(get_resolver().url_patterns):
        view = view_at(address)
        if view is None or address.startswith("/account/"):
            continue
        seen += 1
        if isinstance(view, type):
            assert not issubclass(view, LoginView | PasswordResetView | PasswordResetConfirmView), address
        assert "allauth" not in view.__module__, address
        client.post(address, everything)
        assert "_auth_user_id" not in client.session, address
    assert seen > 300
    assert mail.outbox == []
