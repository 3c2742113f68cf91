"""Bodies no form sends: a page of ours says no, quickly, and nothing that is stored changes."""

import logging
import time

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.conf import settings
from django.test import Client

from community.asgi import application
from community.members.api import Role
from tests.addresses import ROWS, sent_to, things
from tests.forums.places import board, topic
from tests.people import member, staff
from tests.test_permissions import kept

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

TYPED, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
SLOW = 5  # seconds; far above what any takes, far below what a body could be made to take
# Each field in which somebody writes, by address.
FIELDS = {
    "/boards/public/new/": "title source",
    "/topics/{topic}/reply/": "source quote",
    "/posts/{post}/edit/": "title source forget",
    "/posts/{post}/react/": "kind",
    "/topics/{topic}/moderate/": "act",
    "/contests/voting/new/": "title source",
    "/ideas/{idea}/do/edit/": "title source",
    "/ideas/{idea}/do/vote/": "act",
    "/clubs/touring/membership/": "act",
    "/home/hide/": "key",
    "/me/space/": "name about keywords language car-TOTAL_FORMS car-0-brand car-0-model car-0-year",
    "/me/welcome/?step=0": "answer wording",
    "/me/language/": "language next",
    "/me/theme/": "theme next",
    "/me/knows/interests/": "act term keyword weight",
    "/me/knows/permissions/": "permit shown wording",
    "/me/knows/pause/": "until act",
    "/me/knows/erase/": "username",
    "/notifications/mute/": "kind muted",
    "/notifications/kinds/": "kind",
    "/workbench/people/export/": "q rows",
    "/workbench/people/save/": "q name",
    "/workbench/people/update/": "q was segment",
    "/workbench/segments/{segment}/": "name do",
    "/workbench/terms/decide/": "do term keyword name_en name_zh kind",
    "/workbench/contests/": "title_en title_zh slug submission voting",
    "/workbench/contests/voting/": "idea decision reason_en reason_zh",
    "/workbench/contests/voting/screening/": "idea act reason",
    "/workbench/contests/voting/phases/": "submission results",
    "/workbench/contests/voting/titles/": "title_en title_zh version",
    "/workbench/boards/new/": "title_en title_zh about_en about_zh slug readers position",
    "/workbench/boards/staff/": "title_en title_zh about_en about_zh readers position version",
    "/workbench/clubs/new/": "kind title_en title_zh about_en about_zh slug keywords models",
    "/workbench/clubs/touring/": "title_en title_zh about_en about_zh keywords models version",
    "/workbench/clubs/touring/roles/": "username role",
    "/clubs/touring/about/": "about_en about_zh version",
    "/account/login/": "login password next",
    "/account/signup/": "name username email password1",
    "/account/password/reset/": "email",
    "/account/login/code/": "email",
}


@pytest.fixture(autouse=True)
def quiet():
    """Refusals are logged with all their frames, which takes longer than refusing."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def boss():
    return staff(Role.BRAND_MANAGER)


@pytest.fixture
def clients(boss):
    """Somebody who may do everything, and a guest."""
    client = Client()
    client.force_login(boss)
    return client, Client()


@pytest.fixture
def browsers(boss):
    """The same two, whose forms are read for the token first."""
    both = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    both[0].force_login(boss)
    for client in both:
        client.get("/privacy/")
    return both


def timed(client, path, body, kind=TYPED, **headers):
    begun = time.monotonic()
    answer = client.generic("POST", path, body, content_type=kind, headers=headers)
    assert time.monotonic() - begun < SLOW, path
    return answer


def is_page(answer):
    return answer.content.startswith(b"<!doctype html>") and b'href="/"' in answer.content


def test_every_form_with_a_post_is_tried():
    posts = {address for method, address, _expected in ROWS if method == "post"}
    without_words = ("/read/", "/best/", "/delete/", "/restore/", "/remove/", "/withdraw/", "/upload/", "staff")
    assert {address for address in posts - FIELDS.keys() if not any(part in address for part in without_words)} == set()


def test_ten_megabytes_are_refused_wherever_they_are_sent(browsers):
    names = things()
    text, before = b"x" * 10_000_000, kept()
    for address in {address for method, address, _expected in ROWS if method == "post"} | FIELDS.keys():
        for client in browsers:
            path = address.format(**names)
            answer = timed(client, path, b"source=" + text, accept="text/html")
            assert (answer.status_code, is_page(answer)) == (413, True), address
    part = b'--b\r\nContent-Disposition: form-data; name="source"\r\n\r\n%b\r\n--b--\r\n' % text
    assert timed(browsers[0], "/boards/public/new/", part, PARTS).status_code == 413
    assert kept() == before


def test_as_much_as_is_taken_apart_fails_in_no_field(clients):
    names = things()
    text = "行a<&\"'\u202e\U0001f697" * 25_000  # 0.2 million characters
    size = dict.fromkeys(("longest", "fields"), 0)
    for address, fields in FIELDS.items():
        for field in fields.split():
            client = clients[address.startswith("/account/")]
            sent = sent_to(address, names) | {"car-TOTAL_FORMS": "1", "car-INITIAL_FORMS": "0"} | {field: text}
            answer = client.post(address.format(**names), sent)
            assert answer.status_code < 500, (address, field)
            size["fields"] += 1
            size["longest"] = max(size["longest"], len(answer.content))
    assert size["fields"] > 60
    assert size["longest"] < 4 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert max(longest_kept()) < 100_000


def longest_kept():
    for model in apps.get_models():
        if model.__module__.split(".")[0] in ("community", "forums", "ideas", "clubs", "crm_bridge"):
            for row in model.objects.values():
                yield from (len(value) for value in row.values() if isinstance(value, str))


def part(rest, body=b"x"):
    return b"--b\r\nContent-Disposition: form-data; " + rest + b"\r\n\r\n" + body + b"\r\n"


FILE = b'name="picture"; filename="a.png"\r\nContent-Type: image/png'
NAMED = b'name="source"'
BASE64 = b"\r\nContent-Transfer-Encoding: base64"
BODIES = {
    "half a million fields": (TYPED, b"a&" * 500_000, 413),
    "two hundred thousand values": (TYPED, b"a=1&" * 200_000, 413),
    "nothing but separators": (TYPED, b"&" * 1_000_000, 413),
    "nothing but signs of escapes": (TYPED, b"source=" + b"%" * 200_000, 422),
    "a name of a megabyte": (TYPED, b"x" * 1_000_000, 422),
    "ten thousand files": (PARTS, part(FILE) * 10_000 + b"--b--", 413),
    "five thousand parts": (PARTS, part(NAMED) * 5_000 + b"--b--", 413),
    "a part that does not end": (PARTS, part(NAMED, b"x" * 900_000), 422),
    "a part with a long name": (PARTS, part(b'name="' + b"x" * 500_000 + b'"') + b"--b--", 400),
    "a part with many parameters": (PARTS, part(NAMED + b"; x=1" * 100_000) + b"--b--", 400),
    "a part that is no base64": (
        PARTS,
        part(FILE + b"\r\nContent-Transfer-Encoding: base64", b"abcde") + b"--b--",
        400,
    ),
    "no boundary": ("multipart/form-data", b"x", 400),
    "a long boundary": ("multipart/form-data; boundary=" + "b" * 300, b"x", 400),
    "no text encoding": (f"{PARTS}; charset=hex", part(NAMED) + b"--b--", 400),
    "an encoding without replacement": (f"{PARTS}; charset=idna", part(NAMED) + b"--b--", 400),
    "another encoding": (f"{TYPED}; charset=utf-16", b"source=x", 400),
    "an encoding there is not": (f"{TYPED}; charset=nothing", b"source=x", 422),
    "no unicode": (TYPED, b"source=\xff\xfe%ff%00", 422),
    "json": ("application/json", b'{"source": "x", "title": "x"}', 200),
    "deep json": ("application/json", b"[" * 1_000_000, 200),
    "plain text": ("text/plain", b"source=x", 200),
    "no kind": ("", b"source=x", 200),
    "a broken kind": ('a;b;c=;"', b"source=x", 200),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_no_form_sends(clients, what):
    place, (kind, body, expected) = board("public"), BODIES[what]
    before = kept()
    answers = [timed(client, f"/boards/{place.slug}/new/", body, kind) for client in clients]
    assert (answers[0].status_code, is_page(answers[0])) == (expected, True)
    assert answers[1].status_code in {expected, 302}
    assert timed(clients[1], "/account/login/", body, kind).status_code in {expected, 400, 422}
    assert kept() == before


def test_a_picture_may_be_larger_than_a_form(clients):
    body = part(NAMED) + part(FILE, b"\x89PNG" + b"x" * 5_000_000) + b"--b--"
    answer = timed(clients[0], f"/topics/{topic().pk}/reply/", body, PARTS)
    assert answer.status_code == 422 and "no picture we can read" in answer.content.decode()


def ask(path, query=b""):
    """What the application itself answers; servers refuse so long an address before it."""
    headers = [(b"host", b"testserver"), (b"accept-language", b"en")]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query}
    scope |= {"headers": headers, "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("testserver", 80)}

    async def scene():
        line = ApplicationCommunicator(application, scope)
        await line.send_input({"type": "http.request", "body": b"", "more_body": False})
        begun = await line.receive_output(10)
        body = b""
        while True:
            more = await line.receive_output(10)
            body += more.get("body", b"")
            if not more.get("more_body"):
                await line.wait()
                return begun["status"], body

    return async_to_sync(scene)()


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/search/", b"q=" + b"x" * 10_000_000, 414),
        ("/search/", b"&" * 10_000_000, 414),
        ("/" + "x" * 10_000_000, b"", 414),
        ("/members/" + "x" * 10_000_000 + "/", b"", 414),
        ("/topics/" + "9" * 10_000_000 + "/", b"", 414),
        ("/boards/" + "x" * 10_000_000 + "/", b"", 414),
        ("/topics/" + "9" * 10_000 + "/", b"", 404),
        ("/search/", b"q=" + b"%22" * 5000, 200),
    ],
    ids=["query", "separators", "path", "name", "number", "slug", "digits", "long"],
)
def test_an_address_of_ten_megabytes_is_refused_with_a_small_page(path, query, expected):
    member("maja")
    begun = time.monotonic()
    status, body = ask(path, query)
    assert time.monotonic() - begun < SLOW
    assert (status, body.startswith(b"<!doctype html>"), len(body) < 60_000) == (expected, True, True)
