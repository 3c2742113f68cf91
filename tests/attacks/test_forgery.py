"""A form on another site: every address refuses what comes without the token, and says so on a page of ours."""

import re
from html import unescape
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import get_resolver

from community.members.api import Role
from forums.models import Topic
from tests.addresses import ROWS, sent_to, things
from tests.community.members.test_entrances import addresses, view_at
from tests.forums.places import board
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
OURS = "http://testserver"
REFUSED = "Please send it again"
TEXT = "My long answer,\nwritten for an hour. <b>行李架</b>"


def guarded(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    return client


def asked_again(answer):
    return answer.status_code == HTTPStatus.FORBIDDEN and REFUSED in answer.content.decode()


def test_no_address_takes_a_form_without_the_token():
    names = things()
    ours = {address.format(**names) for _method, address, _expected in ROWS}
    theirs = {address for address in addresses(get_resolver().url_patterns) if view_at(address) and "(" not in address}
    assert len(ours | theirs) > 350
    # The token is asked for before anything else, so the libraries' addresses need one reader only.
    for client, asked in ((guarded(member("maja")), ours), (guarded(staff(Role.BRAND_MANAGER)), ours | theirs)):
        client.get("/privacy/")  # the cookie alone is what another site's form brings along
        answers = {address: client.post(address, {"act": "join"}) for address in asked}
        taken = {address for address, answer in answers.items() if not asked_again(answer)}
        # Wagtail's choosers ask these, which only tell: without the token too, but never by POST.
        told = {address for address in taken if address.startswith("/cms/api/")}
        assert {answers[address].status_code for address in told} <= {302, 403, 405}
        assert taken - told == set()


def test_with_the_token_nothing_is_refused_for_want_of_it():
    names = things()
    for client in (guarded(member("maja")), guarded(staff(Role.BRAND_MANAGER))):
        client.get("/privacy/")
        token = client.cookies["csrftoken"].value
        refused = set()
        for method, address, _expected in ROWS:
            sent = sent_to(address, names) | {"csrfmiddlewaretoken": token}
            if method == "post" and asked_again(client.post(address.format(**names), sent)):
                refused.add(address)
        assert refused == set()


@pytest.fixture
def maja():
    board("touring")
    return member("maja", name="Maja Lund")


def stale(client, path="/boards/touring/new/", origin=OURS, **sent):
    """A form whose token is of before the sign-in, sent by a page of ``origin``."""
    client.get("/privacy/")
    return client.post(path, {"csrfmiddlewaretoken": "a" * 64, **sent}, headers={"origin": origin} if origin else {})


def test_what_was_typed_on_a_page_of_ours_is_offered_for_sending_again(maja):
    client = guarded(maja)
    answer = stale(client, title="Roof racks", source=TEXT)
    html = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (403, "private, no-store")
    assert "Nothing is lost" in html and "written for an hour. &lt;b&gt;行李架&lt;/b&gt;</textarea>" in html
    form = re.search(r'<form class="form[^>]*action="([^"]*)" id="again">(.*?)</form>', html, re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    assert fields.keys() == {"csrfmiddlewaretoken"}
    assert re.search(r'<textarea [^>]*name="title"[^>]*>Roof racks</textarea>', form[2])  # however short
    sent = client.post(unescape(form[1]), {**fields, "title": "Roof racks", "source": TEXT}, headers={"origin": OURS})
    assert (sent.status_code, Topic.objects.get().title) == (302, "Roof racks")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver:8080", "https://testserver", "null", ""])
def test_what_another_site_sent_is_not_shown(maja, origin):
    answer = stale(guarded(maja), origin=origin, title="Roof racks", source="Buy my racks")
    html = answer.content.decode()
    assert answer.status_code == 403 and REFUSED in html
    assert "Buy my racks" not in html and 'id="again"' not in html
    assert 'href="/"' in html and 'href="/search/"' in html


def test_passwords_and_too_much_are_not_shown(maja):
    client = guarded(maja)
    for path, sent in {
        "/account/password/change/": {"oldpassword": "correct horse", "password1": "battery staple"},
        "/me/knows/erase/": {"password": "correct horse"},
        "/me/space/": {"about": "correct horse" * 10_000},
    }.items():
        html = stale(client, path, **sent).content.decode()
        assert REFUSED in html and "correct horse" not in html and "battery" not in html


@pytest.mark.parametrize("origin", [OURS, "https://evil.example"])
def test_it_speaks_the_readers_language_and_names_nobody(maja, origin):
    maja.language = "zh-hans"
    maja.save()
    client = guarded(maja)
    answer = stale(client, origin=origin, title="x", source="y")
    html = answer.content.decode()
    assert answer.status_code == 403 and '<html lang="zh-Hans"' in html and "诺岭" in html
    assert "Maja Lund" not in html and maja.email not in html


def test_scripts_are_told_as_scripts_are(maja):
    client = guarded(maja)
    answer = client.post("/posts/upload/", headers={"accept": "application/json", "origin": OURS})
    assert answer.status_code == 403 and "Go back" in answer.json()["error"]
