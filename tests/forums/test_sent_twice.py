"""What is sent twice, by a double click or a browser that asks again, is there once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from community.kernel.api import Conflict
from community.kernel.models import OutboxEvent
from community.members.api import Role
from forums import counts, services
from forums.models import Post, Reaction, Topic, Upload
from tests.forums.places import board, first_post, picture, reply, topic
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db

AT = THEN + timedelta(hours=1)
SECOND = timedelta(seconds=1)
HELD = connection.vendor == "postgresql"  # there one query more holds the member


@pytest.fixture
def opened():
    return topic()


@pytest.fixture
def maja(client):
    person = member("maja")
    client.force_login(person)
    return person


def state():
    kept = (Topic, Post, Upload, Reaction, OutboxEvent)
    return [list(model.objects.order_by("pk").values()) for model in kept]


@pytest.mark.parametrize("seconds", [-5, 0, 59])
def test_a_reply_sent_twice_is_one(opened, maja, seconds):
    first = reply(opened, author=maja, now=AT)
    before = state()
    assert reply(opened, author=maja, now=AT + seconds * SECOND) == first
    assert state() == before


@pytest.mark.parametrize("after", [{"now": AT + 61 * SECOND}, {"source": "The steel one!"}, {"author": None}])
def test_a_reply_that_is_not_the_same_is_another(opened, maja, after):
    reply(opened, author=maja, now=AT)
    reply(opened, **{"author": maja, "now": AT} | after)
    assert Topic.objects.get().reply_count == 2
    assert counts.topic_differences() == []


def test_the_same_reply_in_another_topic_or_after_it_was_deleted_is_another(opened, maja):
    said = reply(opened, author=maja, now=AT)
    assert reply(topic(), author=maja, now=AT) != said
    services.delete_post(actor=maja, post=said, now=AT)
    assert reply(opened, author=maja, now=AT).number == 3


def test_a_reply_that_says_what_its_authors_question_said_is_one_of_its_own(opened):
    assert reply(opened, author=opened.author, source=first_post(opened).source, now=THEN).number == 2


def test_what_is_imported_is_never_the_same(opened, maja):
    posts = {
        services.write_post(author=maja, topic=opened, source="+1", now=AT, imported=True).pk for _number in range(2)
    }
    where = board()
    topics = {
        services.open_topic(author=maja, board=where, title="+1", source="+1", now=AT, imported=True).pk
        for _number in range(2)
    }
    assert (len(posts), len(topics)) == (2, 2)


def test_a_reply_sent_again_when_the_topic_was_closed_meanwhile_is_there(opened, maja):
    first = reply(opened, author=maja, now=AT)
    services.set_closed(actor=staff(Role.MODERATOR), topic=opened, closed=True, now=AT)
    assert reply(opened, author=maja, now=AT + SECOND) == first
    with pytest.raises(Conflict):
        reply(opened, author=maja, source="Another", now=AT + SECOND)


def test_a_topic_sent_twice_is_one(maja):
    where = board()
    first = topic(author=maja, where=where, now=AT)
    before = state()
    assert topic(author=maja, where=where, now=AT + SECOND) == first
    assert state() == before
    assert counts.board_differences() == []


@pytest.mark.parametrize("after", [{"now": AT + 61 * SECOND}, {"title": "Racks"}, {"author": None}, {"where": None}])
def test_a_topic_that_is_not_the_same_is_another(maja, after):
    where = board()
    topic(author=maja, where=where, now=AT)
    topic(**{"author": maja, "where": where, "now": AT} | after)
    assert Topic.objects.count() == 2
    assert counts.board_differences() == []


def test_a_topic_deleted_meanwhile_is_opened_anew(maja):
    where = board()
    first = topic(author=maja, where=where, now=AT)
    services.delete_post(actor=maja, post=first_post(first), now=AT)
    assert topic(author=maja, where=where, now=AT) != first


def test_both_sendings_of_a_form_lead_to_the_one_post(client, opened, maja):
    sent = [client.post(f"/topics/{opened.pk}/reply/", {"source": "Steel."}) for _number in range(2)]
    said = Post.objects.get(author=maja)
    assert [answer["Location"] for answer in sent] == [f"{opened.get_absolute_url()}?page=1#p{said.number}"] * 2
    form = {"title": "Nets", "source": "Which?"}
    sent = [client.post(f"/boards/{opened.board.slug}/new/", form) for _number in range(2)]
    made = Topic.objects.get(author=maja)
    assert [answer["Location"] for answer in sent] == [made.get_absolute_url()] * 2


def test_a_form_with_a_picture_sent_twice_is_one_post_with_one_picture(client, opened, maja):
    for size in ((60, 40), (60, 40), (80, 40)):
        client.post(f"/topics/{opened.pk}/reply/", {"source": "Mine:", "picture": picture(size=size)})
    assert (Post.objects.filter(author=maja).count(), Upload.objects.count()) == (2, 2)


def test_the_same_picture_of_somebody_else_or_of_another_day_is_another(now):
    tom = member("tom")
    first = services.store_picture(member=tom, file=picture(), now=now)
    assert services.store_picture(member=tom, file=picture(), now=now + SECOND) == first
    services.store_picture(member=member(), file=picture(), now=now)
    services.store_picture(member=tom, file=picture(), now=now + timedelta(days=1))
    assert Upload.objects.count() == 3


@pytest.mark.parametrize("field", ["kind", "back"])
def test_a_reaction_and_its_withdrawal_pressed_twice_are_done_once(client, opened, maja, field):
    post = first_post(opened)
    services.react(member=maja, post=post, kind="same", now=THEN)
    if field == "back":
        services.react(member=maja, post=post, kind="useful", now=THEN)
    client.post(f"/posts/{post.pk}/react/", {field: "useful"})
    before = state()
    assert sorted(Reaction.objects.values_list("kind", flat=True)) == (
        ["same", "useful"] if field == "kind" else ["same"]
    )
    client.post(f"/posts/{post.pk}/react/", {field: "useful"})
    assert state() == before
    assert counts.post_differences() == []


@pytest.mark.parametrize("form", [{}, {"back": "1"}])
def test_a_best_answer_and_its_clearing_pressed_twice_are_done_once(client, opened, form):
    client.force_login(opened.author)
    said = reply(opened)
    if form:
        services.choose_best_answer(member=opened.author, post=said, now=THEN)
    client.post(f"/posts/{said.pk}/best/", form)
    before = state()
    assert Topic.objects.get().best_answer_id == (None if form else said.pk)
    client.post(f"/posts/{said.pk}/best/", form)
    assert state() == before


def test_buttons_say_what_pressing_them_does(client, opened, maja):
    post, said = first_post(opened), reply(opened)
    page = client.get(opened.get_absolute_url()).content.decode()
    assert page.count('name="kind" value="useful"') == 2 and 'name="back"' not in page
    services.react(member=maja, post=post, kind="useful", now=THEN)
    page = client.get(opened.get_absolute_url()).content.decode()
    assert (page.count('name="kind" value="useful"'), page.count('name="back" value="useful"')) == (1, 1)
    client.force_login(opened.author)
    assert 'name="back" value="1"' not in client.get(opened.get_absolute_url()).content.decode()
    services.choose_best_answer(member=opened.author, post=said, now=THEN)
    assert 'name="back" value="1"' in client.get(opened.get_absolute_url()).content.decode()


def test_a_reply_and_a_topic_cost_the_same_as_ever_and_one_look(opened, maja, django_assert_num_queries):
    where = board()
    with django_assert_num_queries(11 + HELD):
        reply(opened, author=maja, now=AT)
    with django_assert_num_queries(11 + HELD):
        topic(author=maja, where=where, now=AT)
