"""The page for when something broke."""

import base64
import hashlib
import re
import sqlite3
from http import HTTPStatus

import psycopg
import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from community.kernel.errors import is_connection_lost

pytestmark = pytest.mark.django_db


def broken(request):
    raise RuntimeError("broken")


def lock_conflict(request):
    """What psycopg says when PostgreSQL ends a deadlock."""
    raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected()


def away(request):
    raise OperationalError("no connection") from psycopg.OperationalError()


def healthy(request):
    return HttpResponse("ok")


urlpatterns = [
    path("broken/", broken),
    path("in-the-way/", lock_conflict),
    path("away/", away),
    path("", include("community.urls")),
]
handler404 = "community.kernel.views.not_found"
handler500 = "community.kernel.views.failed"


@pytest.fixture
def answer():
    """``answer(method, **headers)`` of a page that breaks."""
    client = Client(raise_request_exception=False)

    def ask(method="get", theme="", **headers):
        client.cookies["theme"] = theme
        with override_settings(ROOT_URLCONF=__name__):
            return getattr(client, method)("/broken/?page=2", headers=headers)

    return ask


@pytest.mark.parametrize(
    ("language", "tag", "words"),
    [("en", "en", "Something broke on our side"), ("zh-CN", "zh-Hans", "诺岭")],
)
def test_it_speaks_the_readers_language(answer, language, tag, words):
    response = answer(**{"accept-language": language})
    text = response.content.decode()
    assert response.status_code == 500
    assert f'<html lang="{tag}"' in text
    assert words in text
    assert text.count("<h1") == text.count("</h1>") == 1


def test_it_needs_nothing_but_itself_and_the_policy_lets_its_style_in(answer):
    response = answer()
    text = response.content.decode()
    assert not re.search(r"(src|href)=\"(?!/)|<script|<link|style=", text)
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)[1]
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{mark}';" in f"{response['Content-Security-Policy']};"


def test_it_follows_the_chosen_theme_and_tries_again_what_can_be_tried(answer):
    assert 'data-theme="dark"' in answer(theme="dark").content.decode()
    assert "data-theme=" not in answer(theme='"><script>').content.decode().partition("<style>")[0]
    assert 'href="/broken/?page=2"' in answer().content.decode()
    assert 'href="/broken/' not in answer("post").content.decode()


def test_it_needs_no_database(answer, django_db_blocker):
    with django_db_blocker.block():
        assert answer().status_code == 500


@override_settings(ROOT_URLCONF=__name__)
def test_two_acts_in_each_others_way_are_told_to_try_again_and_a_database_that_is_away_is_not_that():
    client = Client(raise_request_exception=False)
    answer = client.post("/in-the-way/")
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.content.decode()
    assert client.post("/away/").status_code == 503


@pytest.mark.parametrize(("language", "words"), [("en", "Back in a moment"), ("zh-CN", "诺岭")])
@override_settings(ROOT_URLCONF=__name__)
def test_a_database_that_is_away_is_said_in_the_readers_language(language, words, django_db_blocker):
    client = Client(raise_request_exception=False)
    with django_db_blocker.block():
        answer = client.get("/away/", headers={"accept-language": language})
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], words in text) == (503, "5", True)
    assert "Something broke" not in text and "出错" not in text


@pytest.mark.parametrize(
    ("cause", "away"),
    [
        (psycopg.OperationalError(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.DiskFull(), False),
        (sqlite3.OperationalError("database is locked"), False),
        (None, False),
    ],
)
def test_what_tells_that_the_database_is_away(cause, away):
    error = OperationalError("no")
    error.__cause__ = cause
    assert is_connection_lost(error) is away
    assert not is_connection_lost(cause)


@pytest.mark.parametrize("address", ["/broken/", "/away/", "/in-the-way/", "/nothing/here/"])
@override_settings(ROOT_URLCONF=__name__)
def test_a_part_of_a_page_is_answered_with_the_message_alone(address):
    client = Client(raise_request_exception=False)
    page, part = client.post(address), client.post(address, headers={"HX-Request": "true"})
    assert part["Content-Type"] == "text/plain; charset=utf-8"
    assert part.status_code == page.status_code >= 400
    assert part.content and part.content in page.content


def test_a_form_that_came_too_late_is_told_so_by_htmx_too():
    late = Client(enforce_csrf_checks=True)
    answer = late.post("/account/login/", headers={"HX-Request": "true", "Origin": "http://testserver"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain; charset=utf-8")


def test_what_is_larger_than_anybody_may_send_is_refused_in_those_words(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/account/login/", {"login": "x" * 2000})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "<h1>Too much at once</h1>" in answer.content.decode()
