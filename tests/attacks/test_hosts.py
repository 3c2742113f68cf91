"""Whose site it is: host names, ways that lead elsewhere, lines in headers, and pages that proxies keep."""

import logging
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver

from community.members.api import Role
from tests.addresses import ROWS, things
from tests.community.members.test_entrances import addresses
from tests.people import confirm, member, staff
from tests.sites import ensure_site

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture(autouse=True)
def quiet():
    """Refusals are logged with all their frames, which takes longer than refusing."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# Hosts


@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "[::1", "a b", "x\x00", "é"])
@pytest.mark.parametrize("secure", [False, True])
def test_another_host_is_refused_on_a_page_that_does_not_name_it(client, settings, host, secure):
    settings.SECURE_SSL_REDIRECT = secure
    for address in ("/", "/privacy/", "/account/login/", "/nothing/", "/topics/1/"):
        answer = client.get(address, headers={"host": host})
        html = answer.content.decode()
        assert (answer.status_code, answer.get("Location")) == (400, None), address
        assert "evil" not in html and "could not be understood" in html


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "forwarded", "x-forwarded-server", "x-original-url"])
def test_no_other_header_names_the_host(client, header):
    ensure_site()
    member("maja")
    for address in ("/", "/privacy/", "/sitemap.xml", "/robots.txt", "/nothing/"):
        assert "evil.example" not in client.get(address, headers={header: "evil.example"}).content.decode()
    client.post("/account/password/reset/", {"email": "maja@example.org"}, headers={header: "evil.example"})
    assert len(mail.outbox) == 1 and "evil.example" not in mail.outbox[0].body


# Ways

ELSEWHERE = [
    *("https://evil.example/", "//evil.example/", "///evil.example", "////evil.example", "/\\evil.example"),
    *("\\\\evil.example", "http:///evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x"),
    *("\x08//evil.example", "\t//evil.example", " //evil.example", "/\t/evil.example", "/\n/evil.example", "http://["),
    *("http://testserver@evil.example/", "//testserver:80@evil.example", "http://testserver.evil.example", "//["),
    *(
        "\u2028//evil.example",
        "／／evil.example",
        "//evil。example",
        "/x\r\nLocation: https://evil.example",
        "ftp://testserver",
    ),
]
SWITCHES = {
    "/me/language/": {"language": "en"},
    "/me/theme/": {"theme": "dark"},
    "/i18n/setlang/": {"language": "en"},
    "/account/reauthenticate/": {"password": "correct horse"},
    "/me/space/": {"name": "x", "language": "en"},
    "/account/logout/": {},
}
ENTRANCES = ("/account/login/", "/cms/login/", "/django-admin/login/")
OUTSIDE = (*ENTRANCES, "/account/signup/", "/account/login/code/", "/account/password/reset/", "/_util/login/")
INSIDE = (*ENTRANCES, "/account/logout/", "/account/reauthenticate/")


def leads_away(address):
    """Whether a browser on our site would leave it by this address."""
    cleaned = re.sub(r"[\t\r\n]", "", unescape(address)).lstrip("".join(map(chr, range(33)))).replace("\\", "/")
    if cleaned.startswith("//"):
        return True
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc) and (parts.scheme, parts.netloc) != ("http", "testserver")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_to_another_site(target):
    inside, outside = Client(), Client()
    inside.force_login(staff(Role.BRAND_MANAGER, "ada"))
    answers = [inside.get(address, {"next": target}) for address in INSIDE]
    answers += [outside.get(address, {"next": target}) for address in OUTSIDE]
    answers += [inside.post(address, {**sent, "next": target}) for address, sent in SWITCHES.items()]
    for answer in answers:
        links = re.findall(r'(?:href|action|formaction)="([^"]*)"', answer.content.decode())
        assert answer.status_code < 500
        assert [link for link in [answer.get("Location", "/"), *links] if leads_away(link)] == []


@pytest.mark.parametrize("path", ["//evil.example/x/", "//evil.example", "/\\evil.example/", "//evil.example/%2f.."])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_of_two_slashes_leads_to_no_host(path, method):
    client = Client(enforce_csrf_checks=True)
    answer = client.generic(method, "/", headers={"origin": "http://testserver"}, PATH_INFO=path)
    assert answer.status_code == 404
    links = re.findall(r'(?:href|action|value)="([^"]*)"', answer.content.decode())
    assert [link for link in links if link.startswith(("//", "/\\"))] == []


# Headers


def test_names_and_titles_make_no_lines_in_headers():
    names = things()
    ada = staff(Role.BRAND_MANAGER, "ada")
    client = Client()
    client.force_login(ada)
    confirm(client)
    exports = [
        client.get("/workbench/contests/voting/export/"),
        client.post("/workbench/people/export/", {"q": "active<30d"}),
        client.get("/me/knows/download/"),
        client.get("/boards/public/feed.atom"),
        client.get(f"/topics/{names['topic']}/feed.rss"),
    ]
    for answer in exports:
        assert answer.status_code == 200
        said = answer.get("Content-Disposition", "attachment")
        assert re.fullmatch(r'attachment(; filename="[a-z0-9.-]+")?', said)
        assert not [value for value in answer.headers.values() if "\r" in value or "\n" in value]


# What proxies keep


def everything():
    names = things()
    return {address.format(**names) for method, address, _expected in ROWS if method == "get"}


def vary(answer):
    return {part.strip().lower() for part in answer.get("Vary", "").split(",")}


def kept_by_a_shared_proxy(answer):
    said = answer.get("Cache-Control", "")
    return not ("no-store" in said or "private" in said)


def test_pages_of_somebody_signed_in_are_kept_by_no_proxy():
    """Unless the same for everybody: then nothing of theirs may be in it."""
    people = [member("maja-lindqvist", name="Maja Lindqvist"), staff(Role.BRAND_MANAGER, "ada-lindqvist")]
    all_of_it, open_to_all = everything(), set()
    for person in people:
        client = Client()
        client.force_login(person)
        for address in all_of_it:
            answer = client.get(address)
            if kept_by_a_shared_proxy(answer):
                open_to_all.add(address)
                assert "indqvist" not in answer.content.decode() and not answer.cookies, address
            elif address != "/media/posts/2026/09/none.webp":
                assert "no-store" in answer["Cache-Control"], address
    assert open_to_all == {"/manifest.webmanifest"}


def test_pages_of_guests_differ_by_cookie_and_language_and_those_without_set_none():
    client = Client()
    for address in everything():
        client.cookies.clear()
        answer = client.get(address)
        if kept_by_a_shared_proxy(answer) and not address.startswith("/manifest"):
            assert {"cookie", "accept-language"} <= vary(answer), address


def test_a_proxy_that_keeps_what_it_may_gives_nobody_what_is_somebody_elses():
    """A cache after RFC 9111, greedy: it keeps all that is not forbidden, by address and the headers of Vary."""
    kept, served = {}, 0
    maja = member("maja-lindqvist", name="Maja Lindqvist")
    browser, guest, all_of_it = Client(), Client(), sorted(everything())
    browser.force_login(maja)
    for client in (guest, browser, guest):
        for address in all_of_it:
            asked = {"cookie": client.cookies.output(attrs=[], header=""), "accept-language": "en"}
            hit = next(
                (answer for (path, key), answer in kept.items() if path == address and matches(key, asked)), None
            )
            if hit is not None:
                served += 1
                assert "indqvist" not in hit.content.decode()
                continue
            answer = client.get(address, headers={"accept-language": "en"})
            if kept_by_a_shared_proxy(answer):
                kept[address, tuple((name, asked.get(name, "")) for name in vary(answer) if name)] = answer
    assert served > 20


def matches(key, asked):
    return all(asked.get(name, "") == value for name, value in key)


@pytest.mark.parametrize(
    "address", ["/account/confirm-email/", "/account/login/code/confirm/", "/account/password/reset/"]
)
def test_steps_of_the_sign_in_that_name_an_address_are_not_kept(address):
    member("maja")
    client = Client()
    sent = {"username": "otto-l", "email": "otto-l@example.org", "password1": "correct horse battery", "name": ""}
    client.post("/account/signup/", sent)
    client.post("/account/login/code/", {"email": "maja@example.org"})
    client.post("/account/password/reset/", {"email": "maja@example.org"})
    assert "no-store" in client.get(address, follow=True)["Cache-Control"]


def test_the_accounts_pages_are_kept_by_nobody():
    client = Client()
    client.force_login(staff(Role.BRAND_MANAGER, "ada"))
    found = {address for address in addresses(get_resolver().url_patterns) if address.startswith("/account/")}
    assert len(found) > 20
    for address in found:
        for somebody in (client, Client()):
            assert "no-store" in somebody.get(address)["Cache-Control"], address
