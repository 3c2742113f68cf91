"""Whoever acts faster than a person can is asked to wait; loading and importing is not."""

from datetime import timedelta

import pytest

from clubs.api import ensure_club
from community.consent.api import VERSION
from community.kernel.limits import LIMITS, TooMany, rate_limit
from community.members.api import Role
from forums import services
from forums.models import Post
from ideas.models import Idea
from tests.contests import SUBMISSION, contest, idea
from tests.forums.places import board, first_post, picture, reply, topic
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fewer(monkeypatch):
    """A fifth of what is allowed, which is as soon over."""
    for action, (most, seconds) in LIMITS.items():
        monkeypatch.setitem(LIMITS, action, (most // 5, seconds))


@pytest.fixture
def maja(client):
    person = member("maja")
    client.force_login(person)
    return person


def edit_post(client, maja):
    said = reply(topic(), author=maja)
    page = f"/posts/{said.pk}/edit/"
    return lambda n: client.post(page, {"source": f"text {n}", "version": Post.objects.get(pk=said.pk).version})


def delete_post(client, maja):
    opened = topic()
    said = [reply(opened, author=maja, source=f"text {n}") for n in range(LIMITS["edit"][0] + 1)]
    return lambda n: client.post(f"/posts/{said[n].pk}/delete/")


def choose_best(client, maja):
    said = reply(topic(author=maja))
    return lambda n: client.post(f"/posts/{said.pk}/best/")


def read_board(client, maja):
    place = board()
    return lambda n: client.post(f"/boards/{place.slug}/read/")


def join_and_leave(client, maja):
    ensure_club(slug="touring", title_en="Touring", title_zh="旅行", now=THEN)
    return lambda n: client.post("/clubs/touring/membership/", {"act": ("join", "leave")[n % 2]})


def edit_space(client, maja):
    garage = {"car-TOTAL_FORMS": "0", "car-INITIAL_FORMS": "0"}
    return lambda n: client.post("/me/space/", {"name": f"Maja {n}", "language": "en", **garage})


def mute(client, maja):
    return lambda n: client.post("/notifications/mute/", {"kind": "forums.reply", "muted": str(n % 2)})


def read_notifications(client, maja):
    return lambda n: client.post("/notifications/read/")


def switch_permission(client, maja):
    pair = "product_news:email"
    sent = ({"permit": pair, "wording": VERSION}, {"shown": pair})
    return lambda n: client.post("/me/knows/permissions/", sent[n % 2])


def pause_contact(client, maja):
    return lambda n: client.post("/me/knows/pause/", {"act": "end"})


def answer_question(client, maja):
    return lambda n: client.post("/me/welcome/?step=0", {"answer": "yes", "wording": VERSION})


def choose_language(client, maja):
    return lambda n: client.post("/me/language/", {"language": "en"})


def edit_idea(client, maja, monkeypatch):
    made = idea(contest(), author=maja)
    monkeypatch.setattr("ideas.views.pages.now", lambda: SUBMISSION)
    page, version = f"/ideas/{made.pk}/do/edit/", lambda: Idea.objects.get(pk=made.pk).version
    return lambda n: client.post(page, {"title": f"idea {n}", "source": "text", "version": version()})


ACTS = {
    edit_post: "edit",
    delete_post: "edit",
    choose_best: "react",
    read_board: "settings",
    join_and_leave: "club",
    edit_space: "space",
    mute: "settings",
    read_notifications: "settings",
    switch_permission: "permission",
    pause_contact: "permission",
    answer_question: "permission",
    choose_language: "settings",
}


@pytest.mark.serverless
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_an_act_has_a_limit(client, maja, act):
    send, (most, _seconds) = act(client, maja), LIMITS[ACTS[act]]
    assert all(send(n).status_code in {200, 302, 303} for n in range(most))
    refused = send(most)
    said = "what you wrote is still in the form" in refused.content.decode()
    assert said and refused.status_code == 429


def test_an_idea_is_changed_so_often(client, maja, monkeypatch):
    send, (most, _seconds) = edit_idea(client, maja, monkeypatch), LIMITS["edit"]
    assert [send(n).status_code for n in range(most + 1)] == [302] * most + [429]


@pytest.mark.serverless
def test_what_was_typed_too_fast_stays_in_the_form(client, maja):
    send = edit_space(client, maja)
    for n in range(LIMITS["space"][0]):
        send(n)
    assert 'value="Maja 77"' in send(77).content.decode()


def test_a_moderator_may_clear_up_faster(client):
    opened = topic()
    said = [reply(opened) for _ in range(LIMITS["edit"][0] + 5)]
    client.force_login(staff(Role.MODERATOR))
    assert {client.post(f"/posts/{one.pk}/delete/").status_code for one in said} == {302}


def test_pictures_of_ideas_count_as_pictures(client, maja, monkeypatch):
    made = idea(contest(), author=maja)
    monkeypatch.setattr("ideas.views.pages.now", lambda: SUBMISSION)
    monkeypatch.setitem(LIMITS, "upload", (2, LIMITS["upload"][1]))
    values = {"title": "x", "source": "y", "version": made.version}
    sent = [client.post(f"/ideas/{made.pk}/do/edit/", values | {"picture": picture()}) for _ in range(3)]
    assert [answer.status_code for answer in sent] == [302, 302, 429]


def test_services_have_no_limit(now):
    author, opened = member("otto"), topic()
    for n in range(3 * LIMITS["post"][0]):
        services.write_post(author=author, topic=opened, source=f"text {n}", now=now)
    services.edit_post(editor=author, post=first_post(topic(author=author)), source="text", now=now)


def test_a_minute_later_one_may_again(monkeypatch, now):
    monkeypatch.setitem(LIMITS, "post", (1, 60))
    rate_limit("maja", "post", now=now)
    rate_limit("otto", "post", now=now)
    with pytest.raises(TooMany):
        rate_limit("maja", "post", now=now + timedelta(seconds=59))
    rate_limit("maja", "post", now=now + timedelta(seconds=60))
