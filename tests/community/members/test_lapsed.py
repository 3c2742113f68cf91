"""What is sent after a session has ended is not lost, and an act's address leads to its page."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone, translation

from community.kernel.form_errors import MOST_KEPT
from community.kernel.limits import LIMITS
from community.members import middleware, views
from community.members.sessions import KEPT, KEPT_SECONDS
from forums.models import Post
from forums.services import ensure_board, open_topic
from tests.people import member

pytestmark = pytest.mark.django_db
TEXT = "My long answer,\nwritten for an hour. <b>行李架</b>"

ROWS = {"car-TOTAL_FORMS": "0", "car-INITIAL_FORMS": "0"}


@pytest.fixture
def topic(now):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    return open_topic(author=member("ada"), board=board, title="Roof rack", source="How high?", now=now)


@pytest.fixture
def otto():
    """Somebody with a confirmed address, who can sign in."""
    person = member("otto")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def sign_in(client, address="/account/login/"):
    return client.post(address, {"login": "otto", "password": "correct horse"})


def test_a_reply_sent_signed_out_is_offered_again_after_signing_in(client, topic, otto):
    path = f"/topics/{topic.pk}/reply/"
    answer = client.post(path, {"source": TEXT, "quoting": "7"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=%2Fme%2Fresume%2F")
    answer = sign_in(client, answer["Location"])
    assert answer["Location"] == "/me/resume/"
    assert client.session[SESSION_KEY] == str(otto.pk)
    page = client.get("/me/resume/")
    html = page.content.decode()
    assert f'action="{path}"' in html
    assert "written for an hour. &lt;b&gt;行李架&lt;/b&gt;</textarea>" in html
    assert '<input type="hidden" name="quoting" value="7">' in html
    client.post(path, {"source": TEXT})
    assert Post.objects.filter(author=otto).count() == 1
    assert KEPT not in client.session
    assert client.get("/me/resume/")["Location"] == "/"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_however_often_it_is_sent_it_is_said_once_until_it_was_read(client, topic, language):
    client.cookies["django_language"] = language
    for _read in range(2):
        for number in range(3):
            client.post(f"/topics/{topic.pk}/reply/", {"source": f"{TEXT}{number}"})
        assert [message.level_tag for message in client.get("/account/login/").context["messages"]] == ["info"]
    assert list(client.get("/account/login/").context["messages"]) == []


def test_what_waits_to_be_read_beside_it_stays(client, topic, otto):
    client.force_login(otto)
    client.post("/me/space/", {"name": "Otto", "about": "", "keywords": "", "language": "en", **ROWS})
    client.cookies["sessionid"] = "ended"
    for _twice in range(2):
        client.post(f"/topics/{topic.pk}/reply/", {"source": TEXT})
    said = [str(message) for message in client.get("/account/login/").context["messages"]]
    assert said == ["Your space is saved.", "Sign in first. What you wrote is kept, and can be sent after that."]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/boards/touring/new/", "title"),
        ("/boards/touring/new/", "tags"),
        ("/me/space/", "name"),
        ("/me/space/", "keywords"),
        ("/me/knows/interest/", "term"),
        ("/ideas/better-boot/desk/", "reason_en"),
        ("/desk/segments/1/", "name"),
        ("/desk/terms/decide/", "name_en"),
    ],
)
def test_what_was_written_is_shown_however_short_and_what_was_chosen_is_sent_along(client, topic, otto, path, field):
    session = client.session
    session[KEPT] = {"path": path, "fields": [(field, "snow"), ("kind", "part")], "files": False, "at": time.time()}
    session.save()
    client.force_login(otto)
    html = client.get("/me/resume/").content.decode()
    assert re.findall(r'<textarea id="kept-1" name="(\w+)"\s+rows="2">snow</textarea>', html) == [field]
    assert re.findall(r'<input type="hidden" name="(\w+)" value="part">', html) == ["kind"]


def test_what_is_thrown_away_is_gone(client, topic, otto):
    client.post(f"/topics/{topic.pk}/reply/", {"source": TEXT})
    sign_in(client)
    assert client.post("/me/resume/")["Location"] == "/"
    assert client.get("/me/resume/")["Location"] == "/"
    assert Post.objects.count() == 1


def test_it_is_kept_for_an_hour(client, topic, otto, monkeypatch):
    client.post(f"/topics/{topic.pk}/reply/", {"source": TEXT})
    sign_in(client)
    real = views.now
    monkeypatch.setattr(views, "now", lambda: real() + timedelta(seconds=KEPT_SECONDS + 1))
    assert client.get("/me/resume/")["Location"] == "/"
    assert KEPT not in client.session


def test_the_session_of_a_guest_who_sent_something_lasts_no_longer(client, topic, otto):
    client.post(f"/topics/{topic.pk}/reply/", {"source": TEXT})
    [guests] = Session.objects.all()
    assert guests.expire_date - timezone.now() <= timedelta(seconds=KEPT_SECONDS)
    sign_in(client)
    assert KEPT in client.session
    assert Session.objects.get().expire_date - timezone.now() > timedelta(days=59)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_address_has_only_so_much_kept_and_is_told_so(topic, now, monkeypatch, language):
    monkeypatch.setattr(middleware, "now", lambda: now)
    most, seconds = LIMITS["lapsed"]
    path = f"/topics/{topic.pk}/reply/"
    for _ in range(most):
        Client().post(path, {"source": TEXT})
    assert Session.objects.count() == most
    late = Client()
    late.cookies["django_language"] = language
    answer = late.post(path, {"source": TEXT})
    assert answer["Location"] == f"/account/login/?next={path}"
    assert Session.objects.count() == most
    with translation.override(language):
        lost = translation.gettext(
            "Sign in first. What you wrote is not kept, because a lot was sent from your network without signing in. "
            "The page before may still have it."
        )
    assert [str(said) for said in late.get(answer["Location"]).context["messages"]] == [lost]
    assert Client().post(path, {"source": TEXT}, REMOTE_ADDR="198.51.100.7")["Location"].endswith("resume%2F")
    monkeypatch.setattr(middleware, "now", lambda: now + timedelta(seconds=seconds))
    assert Client().post(path, {"source": TEXT})["Location"].endswith("resume%2F")


def test_what_is_not_kept_any_more_is_said_beside_what_was(client, topic):
    path = f"/topics/{topic.pk}/reply/"
    for _ in range(LIMITS["lapsed"][0] + 1):
        client.post(path, {"source": TEXT})
    said = [str(message) for message in client.get("/account/login/").context["messages"]]
    assert [text.split(",")[0] for text in said] == [
        "Sign in first. What you wrote is kept",
        "Sign in first. What you wrote is not kept",
    ]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/me/knows/erase/", {"password": "correct horse"}),
        ("/account/password/change/", {"oldpassword": "correct horse"}),
        ("/me/space/", {"about": "x" * MOST_KEPT}),
    ],
)
def test_secrets_and_too_much_are_not_kept(client, path, data):
    client.post(path, data)
    assert KEPT not in client.session


def test_a_guests_page_is_of_no_use_to_somebody_else(client, topic):
    client.post(f"/topics/{topic.pk}/reply/", {"source": TEXT})
    assert client.get("/me/resume/")["Location"].startswith("/account/login/")


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_address_of_an_act_leads_to_its_page(client, topic, signed_in):
    if signed_in:
        client.force_login(member("otto"))
    answer = client.get(f"/topics/{topic.pk}/reply/")
    assert (answer.status_code, answer["Location"]) == (302, f"/topics/{topic.pk}/")
    assert client.head(f"/posts/{topic.posts.get().pk}/react/")["Location"] == f"/posts/{topic.posts.get().pk}/"
    assert client.delete(f"/topics/{topic.pk}/reply/").status_code == 405
