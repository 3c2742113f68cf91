"""Pages of the forums: what they show, and what they cost."""

import json
import re
from datetime import timedelta

import pytest

from community.inbox.models import LiveMessage
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from community.search.api import SearchDown
from forums import queries, services
from forums.models import Board, Post, ReadState, Topic, Upload
from tests.forums.places import board, first_post, many_posts, picture, reply, topic
from tests.people import member, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def visible(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def structured(html):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])


# Lists: the number of queries does not depend on the number of rows.


@pytest.mark.parametrize("rows", [1, 3])
def test_boards_as_guest(client, django_assert_num_queries, rows):
    for _ in range(rows):
        board()
    with django_assert_num_queries(1):
        client.get("/boards/")


@pytest.mark.parametrize("rows", [1, 3])
def test_boards_as_member_say_what_is_new(client, django_assert_num_queries, now, rows):
    tom = member("tom")
    for _ in range(rows):
        place = board()
        topic(where=place, now=now)
        reply(topic(where=place, author=tom, now=now), author=tom, now=now)
        client.force_login(tom)
        client.get(topic(where=place, now=now).get_absolute_url())
    with django_assert_num_queries(6):
        answer = client.get("/boards/")
    assert [row.new for row in answer.context["rows"]] == [1] * rows
    for row in answer.context["rows"]:
        client.post(f"/boards/{row.board.slug}/read/")
    assert [row.new for row in client.get("/boards/").context["rows"]] == [0] * rows


@pytest.mark.parametrize(
    ("show", "titles"),
    [
        ("", ["Mine", "Solved", "New"]),
        ("unread", ["Solved", "New"]),
        ("waiting", ["Mine", "New"]),
        ("answered", ["Solved"]),
        ("yours", ["Mine"]),
        ("nonsense", ["Mine", "Solved", "New"]),
    ],
)
def test_a_board_shows_what_one_asks_for(client, now, show, titles):
    place, tom = board("racks"), member("tom")
    topic(where=place, title="New", now=now)
    solved = topic(where=place, title="Solved", now=now)
    services.choose_best_answer(member=solved.author, post=reply(solved, now=now), now=now)
    topic(where=place, title="Mine", author=tom, now=now)
    client.force_login(tom)
    answer = client.get("/boards/racks/", {"show": show})
    assert [row.topic.title for row in answer.context["rows"]] == titles


@pytest.mark.parametrize("show", ["unread", "yours"])
def test_a_guest_is_not_offered_what_only_members_have(client, show):
    topic(where=board("racks"))
    answer = client.get("/boards/racks/", {"show": show})
    assert [name for name, *_rest in answer.context["tabs"]] == ["", "waiting", "answered"]
    assert len(answer.context["rows"]) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_moderators_find_deleted_topics_the_last_one_first_and_bring_them_back(
    client, now, django_assert_num_queries, rows
):
    place, moderator = board("racks"), staff(Role.MODERATOR)
    topic(where=place, title="Here")
    for number in range(rows):
        opened = topic(where=place, title=f"Gone {number}")
        for _reply in range(2):
            reply(opened)
        services.delete_post(actor=moderator, post=first_post(opened), now=now + timedelta(hours=number))
    elsewhere = topic(title="Elsewhere")
    services.delete_post(actor=moderator, post=first_post(elsewhere), now=now)
    client.force_login(moderator)
    # session, member, roles, board, waiting, read until and unread, how many; topics, people, two for what is new; bell
    with django_assert_num_queries(13):
        answer = client.get("/boards/racks/", {"show": "deleted", "order": "lively"})
    titles = [f"Gone {number}" for number in reversed(range(rows))]
    assert [row.topic.title for row in answer.context["rows"]] == titles
    assert re.findall(r'class="topic-n">\s*(\d+)', answer.content.decode()) == ["2"] * rows
    assert answer.context["orders"] == []
    assert re.search(r'aria-current="page">\s*Deleted', answer.content.decode())
    found = answer.context["rows"][0].topic
    assert "/restore/" in client.get(found.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", [None, member, lambda: staff(Role.SERVICE_AGENT), lambda: staff(Role.BRAND_MANAGER)])
def test_deleted_topics_are_no_list_for_others(client, now, who):
    place, mine = board("racks"), who() if who else None
    topic(where=place, title="Here")
    opened = topic(where=place, title="Gone", author=mine)
    services.delete_post(actor=opened.author, post=first_post(opened), now=now)
    if mine:
        client.force_login(mine)
    answer = client.get("/boards/racks/", {"show": "deleted"})
    assert [row.topic.title for row in answer.context["rows"]] == ["Here"]
    assert "deleted" not in [name for name, *_rest in answer.context["tabs"]]
    assert list(queries.board_topics(place, answer.wsgi_request.user, "deleted")) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_a_board_as_guest(client, django_assert_num_queries, rows):
    place = board("racks")
    for _ in range(rows):
        topic(where=place)
    # board, how many wait for an answer, topics, people
    with django_assert_num_queries(4):
        answer = client.get("/boards/racks/")
    assert len(answer.context["rows"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_board_as_member(client, django_assert_num_queries, now, rows):
    place, tom = board("racks"), member("tom")
    for _ in range(rows):
        reply(topic(where=place, now=now), now=now)
    client.force_login(tom)
    # session, member, board, waiting, read until and unread; topics, people, three for what is new in each; the bell
    with django_assert_num_queries(11):
        answer = client.get("/boards/racks/")
    assert [row.new for row in answer.context["rows"]] == [2] * rows
    assert {name: count for name, _word, _link, count in answer.context["tabs"]} == {
        "": None,
        "unread": rows,
        "waiting": 0,
        "answered": None,
        "yours": None,
    }


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ("", ["Pinned", "Old, answered", "New"]),
        ("new", ["New", "Pinned", "Old, answered"]),
        ("lively", ["Old, answered", "New", "Pinned"]),
        ("nonsense", ["Pinned", "Old, answered", "New"]),
    ],
)
def test_a_board_is_in_the_order_one_asks_for(client, now, order, titles):
    place = board("racks")
    old = topic(where=place, title="Old, answered", now=now)
    pinned = topic(where=place, title="Pinned", now=now + timedelta(hours=1))
    topic(where=place, title="New", now=now + timedelta(hours=2))
    reply(old, now=now + timedelta(hours=3))
    services.set_pinned(actor=staff(Role.MODERATOR), topic=pinned, pinned=True, now=now)
    answer = client.get("/boards/racks/", {"order": order})
    assert [row.topic.title for row in answer.context["rows"]] == titles
    links = {name: link for name, _word, link in answer.context["orders"]}
    assert links == {"": "/boards/racks/", "new": "/boards/racks/?order=new", "lively": "/boards/racks/?order=lively"}


def test_a_topic_nobody_has_opened_is_new_and_one_that_went_on_says_by_how_much(client, now):
    place = board()
    fresh, known = topic(where=place, title="Fresh", now=now), topic(where=place, title="Known", now=now)
    client.force_login(member("tom"))
    client.get(known.get_absolute_url())
    for found in (fresh, known):
        reply(found, now=now)
    html = client.get(place.get_absolute_url()).content.decode()
    assert sorted(re.findall(r"<b>\s*(?:<a [^>]*>)?\s*([^<]*new)\s*<", html)) == ["1 new", "new"]


@pytest.mark.parametrize("deleted", [False, True])
def test_what_is_new_in_a_topic_is_led_to_from_its_board_and_from_the_topic(client, now, deleted):
    opened, tom = topic(where=board("racks"), now=now), member("tom")
    many_posts(opened, 100)
    Topic.objects.update(last_post_at=now)
    opened.refresh_from_db()
    services.mark_read(reader=tom, topic=opened, number=70, now=now)
    if deleted:
        next_one = Post.objects.get(number=71)
        services.delete_post(actor=next_one.author, post=next_one, now=now)
    client.force_login(tom)
    link = f"{opened.get_absolute_url()}?page=4#p71"
    # What was deleted keeps its place and is nothing new.
    led = (f"{opened.get_absolute_url()}?page=4#p72", "29") if deleted else (link, "30")
    assert re.findall(r'<a href="([^"]+)">(\d+) new<', client.get("/boards/racks/").content.decode()) == [led]
    told = client.get(opened.get_absolute_url()).content.decode()
    assert (
        re.findall(r'<a href="([^"]+)">\s*You have read 70 of 100\s*</a>', told) == [link] * 2
    )  # for a phone and for a desk
    there = client.get(link).content.decode()
    assert 'id="p71"' in there
    assert "You have read 70 of 100" in there
    assert ReadState.objects.get(member=tom).number == 80
    assert "#p81" in client.get(link).content.decode()


def test_who_has_read_everything_or_nothing_is_led_nowhere(client):
    opened = topic()
    many_posts(opened, 30)
    client.force_login(member("tom"))
    assert "You have read" not in client.get(opened.get_absolute_url()).content.decode()
    client.get(opened.get_absolute_url(), {"page": 2})
    html = client.get(opened.get_absolute_url()).content.decode()
    assert re.search(r"<span>\s*You have read 30 of 30\s*</span>", html)


def test_a_board_keeps_order_and_choice_together_and_searches_itself(client):
    place = board("racks")
    opened = topic(where=place)
    Topic.objects.filter(pk=opened.pk).update(tags=["<b>tyres</b>", "wheels", "rims", "too many"])
    answer = client.get("/boards/racks/", {"show": "waiting", "order": "new"})
    links = {name: link for name, _word, link, _count in answer.context["tabs"]}
    assert links["answered"] == "/boards/racks/?show=answered&order=new"
    html = answer.content.decode()
    assert f'name="in" value="board:{place.pk}"' in html
    assert [text in html for text in ("&lt;b&gt;tyres&lt;/b&gt;", ">rims<", "too many")] == [True, True, False]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_topic_as_guest(client, django_assert_num_queries, rows):
    opened = topic()
    for _ in range(rows):
        reply(opened)
    drain()
    client.get(opened.get_absolute_url())  # what is close to it is kept from here on
    with django_assert_num_queries(4):
        answer = client.get(opened.get_absolute_url())
    assert len(answer.context["rows"]) == rows + 1


@pytest.mark.parametrize("page", [1, 125, 250])
def test_the_end_of_a_long_topic_costs_what_its_start_costs(client, django_assert_num_queries, page):
    opened = topic()
    many_posts(opened, 5000)
    drain()
    client.get(opened.get_absolute_url())
    with django_assert_num_queries(4):
        answer = client.get(opened.get_absolute_url(), {"page": page})
    assert [row.post.number for row in answer.context["rows"]] == list(range(page * 20 - 19, page * 20 + 1))


@pytest.mark.parametrize("asked", ["0", "-1", "x", "９", "251", "99999999999999999999", ""])
def test_a_page_that_is_not_there_shows_one_that_is(client, asked):
    opened = topic()
    assert client.get(opened.get_absolute_url(), {"page": asked}).status_code == 200


def test_a_members_topic_page_marks_it_as_read(client, django_assert_num_queries):
    opened, tom = topic(), member("tom")
    reply(opened)
    client.force_login(tom)
    client.get(opened.get_absolute_url())
    assert ReadState.objects.get(member=tom).number == 2
    reply(opened)
    answer = client.get(opened.get_absolute_url())
    assert (answer.context["first_new"], "New since you were here" in visible(answer)) == (3, True)


def test_topics_close_to_this_one_are_those_the_reader_may_read(client):
    agent, tom = staff(Role.SERVICE_AGENT), member("tom")
    opened = topic(title="Roof racks")
    topic(title="Roof racks in winter")
    topic(title="Roof racks, recall", author=agent, where=board(readers="staff"))
    drain()
    shown = {}
    for reader in (agent, tom):
        client.force_login(reader)
        shown[reader] = close_ones(client, opened)
    client.logout()
    shown["guest"] = close_ones(client, opened)
    winter = {"Roof racks in winter"}
    assert shown == {agent: winter | {"Roof racks, recall"}, tom: winter, "guest": winter}


def close_ones(client, opened):
    return {found.title for found in client.get(opened.get_absolute_url()).context["related"]}


def test_closeness_is_the_words_that_tell_and_what_they_stand_for(client):
    load_words()
    opened = topic(title="Which roof rack is quiet at 110?")
    topic(title="行李架高速上有风噪吗？")
    topic(title="Which one of the two would you take?")
    drain()
    assert close_ones(client, opened) == {"行李架高速上有风噪吗？"}


def test_after_the_closest_topic_those_in_its_language_come_first(client):
    load_words()
    opened = topic(title="Winter tyre or snow tyre on a roof rack")
    topic(title="行李架和冬季胎")
    for number in range(3):
        topic(title=f"Roof rack {number}")
        topic(title=f"行李架{number}")
    drain()
    languages = [found.language for found in client.get(opened.get_absolute_url()).context["related"]]
    assert languages[1:] == ["en", "en", "en"]


def test_a_topic_that_goes_is_not_called_close_any_longer(client, django_assert_num_queries, now):
    opened, winter = topic(title="Roof racks"), topic(title="Roof racks in winter")
    drain()
    assert close_ones(client, opened) == {"Roof racks in winter"}
    with django_assert_num_queries(5):
        client.get(opened.get_absolute_url())
    services.delete_post(actor=winter.author, post=first_post(winter), now=now)
    assert close_ones(client, opened) == set()


def test_without_search_a_topic_is_read_all_the_same(client, monkeypatch):
    def away(*args, **kwargs):
        raise SearchDown("away")

    opened = topic()
    monkeypatch.setattr("community.search.embedded.Embedded.search", away)
    answer = client.get(opened.get_absolute_url())
    assert (answer.status_code, answer.context["related"]) == (200, [])


def test_a_wrong_slug_leads_to_the_right_one(client):
    opened = topic(title="Roof racks")
    answer = client.get(f"/topics/{opened.pk}/something/")
    assert (answer.status_code, answer["Location"]) == (301, f"/topics/{opened.pk}/roof-racks/")
    assert "no-store" in answer["Cache-Control"]  # a title changed there and back leads in no circle
    answer = client.get(f"/topics/{opened.pk}/", {"page": "3"})
    assert answer["Location"] == f"/topics/{opened.pk}/roof-racks/?page=3"


def test_a_post_is_found_on_its_page(client):
    opened = topic()
    many_posts(opened, 45)
    post = Post.objects.get(topic=opened, number=41)
    assert client.get(f"/posts/{post.pk}/")["Location"] == f"{opened.get_absolute_url()}?page=3#p41"


# Acts


def test_a_topic_is_opened_with_a_picture(client):
    place, tom = board("racks"), member("tom")
    client.force_login(tom)
    answer = client.post(
        "/boards/racks/new/", {"title": "My rack", "source": "Look:", "picture": picture()}, format="multipart"
    )
    opened, upload = Topic.objects.get(), Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, opened.get_absolute_url())
    assert first_post(opened).source == f"Look:\n\n![]({upload.file.url})"
    assert place.topics.count() == 1


def test_a_reply_leads_to_itself(client):
    opened, tom = topic(), member("tom")
    client.force_login(tom)
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "Steel."})
    assert answer["Location"] == f"{opened.get_absolute_url()}?page=1#p2"
    assert ReadState.objects.get(member=tom).number == 2


def test_what_has_arrived_is_named_to_the_device_that_keeps_it_and_what_was_refused_is_not(client):
    opened, tom = topic(where=board("racks")), member("tom")
    client.force_login(tom)
    assert "sent" not in client.post(f"/topics/{opened.pk}/reply/", {"source": ""}).cookies
    word = client.post(f"/topics/{opened.pk}/reply/", {"source": "Steel."}).cookies["sent"]
    assert (word.value, word["httponly"], word["samesite"]) == (f"{tom.pk}:topic:{opened.pk}", "", "Lax")
    assert "sent" not in client.post("/boards/racks/new/", {"title": "", "source": "Look"}).cookies
    word = client.post("/boards/racks/new/", {"title": "My rack", "source": "Look"}).cookies["sent"]
    assert word.value == f"{tom.pk}:board:{opened.board_id}"


@pytest.mark.parametrize("who", ["member", "moderator"])
def test_a_reply_to_a_topic_that_was_deleted_meanwhile_is_kept_in_the_form(client, now, who):
    opened = topic(title="Not to be seen any longer")
    said = reply(opened, source="Nor this")
    services.delete_post(actor=opened.author, post=first_post(opened), now=now)
    client.force_login(member() if who == "member" else staff(Role.MODERATOR))
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "My long text", "quote": said.pk})
    html = answer.content.decode()
    assert (answer.status_code, Post.objects.count()) == (410, 2)
    assert "My long text" in html and "This topic was deleted." in html
    assert "Not to be seen" not in html and "Nor this" not in html and "sent" not in answer.cookies


def test_a_refused_reply_leads_back_to_its_topic(client, now):
    opened = topic()
    services.set_closed(actor=staff(Role.MODERATOR), topic=opened, closed=True, now=now)
    client.force_login(member())
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "My long text"})
    back = f'<a class="btn btn-line" href="{opened.get_absolute_url()}">Back to the topic</a>'
    assert (answer.status_code, "My long text" in visible(answer), back in answer.content.decode()) == (409, True, True)


def test_a_topic_that_is_pinned_and_closed_says_both(client):
    found = topic(where=board("racks"))
    Topic.objects.filter(pk=found.pk).update(pinned=True, closed=True)
    state = re.search(r'class="topic-st">(.*?)<h2>', client.get("/boards/racks/").content.decode(), re.DOTALL)[1]
    assert ("Pinned" in state, "Closed" in state) == (True, True)


def test_a_deleted_topic_of_a_board_that_is_not_for_everybody_is_not_there_at_all(client, now):
    opened = topic(where=board(readers="staff"), author=staff(Role.MODERATOR))
    services.delete_post(actor=opened.author, post=first_post(opened), now=now)
    client.force_login(member())
    assert client.post(f"/topics/{opened.pk}/reply/", {"source": "Text"}).status_code == 404


def test_a_refused_reply_comes_back_with_its_text_and_the_reason(client):
    opened = topic()
    client.force_login(member())
    bad = picture()
    bad.seek(0)
    bad.file.write(b"not a picture at all")
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "My long text", "picture": bad})
    assert (answer.status_code, Post.objects.count(), Upload.objects.count()) == (422, 1, 0)
    assert "My long text" in visible(answer) and "This file is no picture we can read." in visible(answer)


def test_a_reply_to_a_topic_that_was_closed_meanwhile_is_kept_in_the_form(client, now):
    opened = topic()
    services.set_closed(actor=staff(Role.MODERATOR), topic=opened, closed=True, now=now)
    client.force_login(member())
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "Too late"})
    assert (answer.status_code, Post.objects.count()) == (409, 1)
    assert "This topic is closed." in visible(answer) and "Too late" in visible(answer)


def test_too_many_posts_in_a_minute_are_refused_with_the_text_kept(client, monkeypatch, now):
    monkeypatch.setattr("forums.views.topics.now", lambda: now)
    opened = topic()
    client.force_login(member())
    answers = [client.post(f"/topics/{opened.pk}/reply/", {"source": f"text {n}"}) for n in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {302}
    assert (answers[20].status_code, Post.objects.count()) == (429, 21)
    assert "text 20" in visible(answers[20])


def test_a_quotation_goes_before_the_reply(client):
    opened = topic(author=member("maja", name="Maja"))
    first = first_post(opened)
    client.force_login(member())
    answer = client.get(opened.get_absolute_url(), {"quote": first.pk})
    assert (answer.context["quoting"], "QuotingMaja" in visible(answer).replace(" ", "")) == (first, True)
    client.post(f"/topics/{opened.pk}/reply/", {"source": "The steel one.", "quote": first.pk})
    said = Post.objects.latest("pk")
    assert said.source == f"> [Maja](/posts/{first.pk}/)\n>\n> Which one do you use?\n\nThe steel one."


def test_a_refused_reply_keeps_what_it_quotes(client):
    opened = topic(author=member("maja", name="Maja"))
    client.force_login(member())
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "", "quote": first_post(opened).pk})
    assert (answer.status_code, answer.context["quoting"], Post.objects.count()) == (422, first_post(opened), 1)


def test_a_post_of_another_topic_is_not_quoted(client):
    opened, other = topic(), topic(where=board(readers="staff"), author=staff(Role.MARKETER))
    client.force_login(member())
    answer = client.get(opened.get_absolute_url(), {"quote": first_post(other).pk})
    assert answer.context["quoting"] is None
    client.post(f"/topics/{opened.pk}/reply/", {"source": "The steel one.", "quote": first_post(other).pk})
    assert Post.objects.latest("pk").source == "The steel one."


def test_an_upload_answers_with_its_markdown(client):
    client.force_login(member())
    answer = client.post("/posts/upload/", {"picture": picture()})
    assert answer.content.decode() == f"![]({Upload.objects.get().file.url})"


def test_a_file_that_is_no_picture_is_refused(client):
    client.force_login(member())
    bad = picture()
    bad.file.write(b"#!/bin/sh")
    bad.seek(0)
    answer = client.post("/posts/upload/", {"picture": bad}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        "This file is no picture we can read. JPEG, PNG, WebP and GIF work.",
    )


def test_a_reaction_by_htmx_answers_with_the_row(client):
    opened = topic()
    client.force_login(member())
    answer = client.post(f"/posts/{first_post(opened).pk}/react/", {"kind": "useful"}, headers={"hx-request": "true"})
    assert (answer.status_code, 'aria-pressed="true"' in answer.content.decode()) == (200, True)
    assert Post.objects.get().useful_count == 1


def test_a_guests_reaction_by_htmx_leads_the_whole_page_to_the_sign_in(client):
    opened = topic()
    answer = client.post(f"/posts/{first_post(opened).pk}/react/", {"kind": "useful"}, headers={"hx-request": "true"})
    assert answer["HX-Redirect"].startswith("/account/login/?next=")
    assert answer.content == b""


def test_the_best_answer_by_htmx_reloads_the_page(client):
    opened = topic()
    said = reply(opened)
    client.force_login(opened.author)
    answer = client.post(f"/posts/{said.pk}/best/", headers={"hx-request": "true"})
    assert (answer["HX-Refresh"], Topic.objects.get().best_answer_id) == ("true", said.pk)


def test_a_board_marked_as_read_shows_nothing_new(client):
    place, tom = board("racks"), member("tom")
    topic(where=place)
    client.force_login(tom)
    assert client.post("/boards/racks/read/").status_code == 302
    assert [row.new for row in client.get("/boards/racks/").context["rows"]] == [0]


def test_deleting_asks_first(client):
    opened = topic()
    client.force_login(opened.author)
    address = f"/posts/{first_post(opened).pk}/delete/"
    assert "Delete the whole topic?" in visible(client.get(address))
    assert Topic.objects.get().deleted_at is None
    assert client.post(address)["Location"] == opened.board.get_absolute_url()
    assert Topic.objects.get().deleted_at is not None
    assert Board.objects.get().topic_count == 0


def test_one_s_own_post_does_not_say_that_nobody_found_it_useful(client):
    opened = topic()
    client.force_login(opened.author)
    html = client.get(opened.get_absolute_url()).content.decode()
    # An empty count is not shown (text.css), and is there for the first one that comes in live.
    assert re.findall(r'data-fresh="(useful|same)">([^<]*)<', html) == [("useful", ""), ("same", "")]


def test_what_one_may_do_to_a_post_is_in_its_menu(client):
    opened = topic()
    said = reply(opened)
    menus = {}
    for who, reader in {"author": opened.author, "reader": member(), "moderator": staff(Role.MODERATOR)}.items():
        client.force_login(reader)
        html = client.get(opened.get_absolute_url()).content.decode()
        menus[who] = [
            re.findall(r"/posts/(\d+)/(\w+)/", menu) for menu in re.findall(r"<details.*?</details>", html, re.DOTALL)
        ]
    first, second = str(first_post(opened).pk), str(said.pk)
    change = [(first, "edit"), (first, "delete")]
    assert menus == {
        "author": [change, [(second, "best")]],
        "reader": [],
        "moderator": [change, [(second, "best"), (second, "edit"), (second, "delete")]],
    }


def test_the_first_post_keeps_its_title(client):
    opened = topic(title="Roof racks")
    client.force_login(opened.author)
    answer = client.post(f"/posts/{first_post(opened).pk}/edit/", {"title": "", "source": "Which?"})
    assert (answer.status_code, Topic.objects.get().title) == (422, "Roof racks")
    assert visible(answer).count("optional") == 1  # the tags


def test_every_post_says_what_it_is_written_in(client):
    opened = topic()
    reply(opened, source="夏季胎要换下来了，\n> the steel one\n\n你们呢？")
    html = client.get(opened.get_absolute_url()).content.decode()
    assert re.findall(r'class="prose" lang="([\w-]+)"', html) == ["en", "zh-Hans"]
    assert re.findall(r"<ol[^>]*lang", html) == []


@pytest.mark.parametrize(
    ("closed", "who", "bar"), [(False, "member", False), (False, "guest", True), (True, "member", True)]
)
def test_where_nothing_can_be_written_the_tab_bar_stays(client, closed, who, bar, now):
    opened = topic()
    if closed:
        services.set_closed(actor=staff(Role.MODERATOR), topic=opened, closed=True, now=now)
    if who == "member":
        client.force_login(member())
    html = client.get(opened.get_absolute_url()).content.decode()
    assert ('class="tabbar"' in html, "composer-fixed" in html) == (bar, not bar)


def test_a_deleted_reply_leaves_its_place_without_its_text(client, now):
    opened = topic()
    said = reply(opened, source="Regretted")
    services.delete_post(actor=said.author, post=said, now=now)
    text = visible(client.get(opened.get_absolute_url()))
    assert "This post was deleted." in text and "Regretted" not in text


def test_what_was_done_to_a_topic_or_post_is_said(client, now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    said = reply(opened)
    client.force_login(moderator)

    def words(address, **sent):
        return [str(message) for message in client.post(address, sent, follow=True).context["messages"]]

    acts = ("close", "open", "pin", "unpin", "burn")
    assert [words(f"/topics/{opened.pk}/moderate/", act=act) for act in acts] == [
        ["The topic is closed."],
        ["The topic is open again."],
        ["The topic is pinned."],
        ["The topic is no longer pinned."],
        [],
    ]
    for post, shown in ((said, "The post is shown again."), (first_post(opened), "The topic is shown again.")):
        services.delete_post(actor=moderator, post=post, now=now)
        assert words(f"/posts/{post.pk}/restore/") == [shown]


@pytest.mark.parametrize(("who", "said"), [("author", "was deleted."), ("moderator", "was removed by a moderator.")])
def test_what_a_moderator_removed_does_not_read_as_if_its_author_had(client, now, who, said):
    opened, moderator = topic(), staff(Role.MODERATOR)
    answer = reply(opened)
    for post in (answer, first_post(opened)):
        services.delete_post(actor=moderator if who == "moderator" else post.author, post=post, now=now)
        if post == answer:
            assert f"This post {said}" in visible(client.get(opened.get_absolute_url()))
    gone = client.get(opened.get_absolute_url())
    assert (gone.status_code, f"This topic {said}" in visible(gone)) == (410, True)
    assert "no-store" in gone.headers["Cache-Control"]  # a browser would keep it for good, and the topic may return
    client.force_login(member())
    assert f"This topic {said}" in visible(client.post(f"/topics/{opened.pk}/reply/", {"source": "My text"}))
    client.force_login(moderator)
    text = visible(client.get(opened.get_absolute_url()))
    assert [text.count(f"This {what} {said}") for what in ("topic", "post")] == [2, 1]
    services.restore_post(actor=moderator, post=answer, now=now)
    assert "This post" not in visible(client.get(opened.get_absolute_url()))


ACTS = {
    "react/": {"kind": "useful"},
    "best/": {},
    "edit/": {"source": "Other words", "title": "Other title"},
}


@pytest.mark.parametrize("reader", ["asker", "moderator"])
@pytest.mark.parametrize("removed", ["topic", "post", "topic and post"])
@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_an_open_page_says_what_was_removed(client, now, act, removed, reader):
    opened, moderator = topic(), staff(Role.MODERATOR)
    said = reply(opened, author=opened.author if act == "edit/" else None)
    shown = {"topic": first_post(opened), "post": said}
    for what in removed.split(" and "):
        services.delete_post(actor=moderator, post=shown[what], now=now)
    if act == "edit/" and removed == "topic":
        said = shown["topic"]  # its replies moderators still edit
    client.force_login(opened.author if reader == "asker" else moderator)
    before = Topic.objects.values("sequence").get()
    answer = client.post(f"/posts/{said.pk}/{act}", ACTS[act])
    what = "topic" if "topic" in removed else "post"
    assert answer.status_code == 410
    assert f"This {what} was removed by a moderator." in visible(answer)
    assert Topic.objects.values("sequence").get() == before


def test_structured_data_cannot_end_its_script(client):
    opened = topic(title="</script><script>alert(1)</script>")
    html = client.get(opened.get_absolute_url()).content.decode()
    assert structured(html)["headline"] == "</script><script>alert(1)</script>"
    assert "<script>alert" not in html


@pytest.mark.parametrize("page", [1, 2])
def test_structured_data_name_who_opened_the_topic_on_every_page(client, page, now):
    opened = topic(author=member("maja"))
    many_posts(opened, 21)

    def author():
        html = client.get(opened.get_absolute_url(), {"page": page}).content.decode()
        return structured(html)["author"]

    assert author() == {"@type": "Person", "name": "maja"}
    erase_member(member=opened.author, now=now)
    assert author() == {"@type": "Person", "name": "Former member"}


# What is announced to everybody


def test_the_fragment_for_everybody_holds_nobodys_controls(client):
    opened, moderator = topic(author=member("maja")), staff(Role.MODERATOR)
    reply(opened)
    for reader in (moderator, opened.author):
        client.force_login(reader)
        html = client.get(f"/topics/{opened.pk}/since/").content.decode()
        assert "/edit/" not in html and "/delete/" not in html and "/best/" not in html
        assert "csrfmiddlewaretoken" not in html
    client.logout()
    assert client.get(f"/topics/{opened.pk}/since/").content.decode() == html


def test_the_fragment_follows_the_language_and_the_sequence(client):
    opened = topic()
    reply(opened, author=staff(Role.SERVICE_AGENT))
    pages = [
        client.get(f"/topics/{opened.pk}/since/", headers={"accept-language": language}).content.decode()
        for language in ("en", "zh-hans")
    ]
    assert ["诺岭" in page for page in pages] == [False, True]
    reply(opened, source="brand new")
    assert "brand new" in client.get(f"/topics/{opened.pk}/since/").content.decode()


def test_the_fragment_is_made_once_for_all(client, django_assert_num_queries):
    opened = topic()
    with django_assert_num_queries(4):
        client.get(f"/topics/{opened.pk}/since/")
    with django_assert_num_queries(1):
        client.get(f"/topics/{opened.pk}/since/")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", []),
        (" Roof  rack , tyres", ["Roof rack", "tyres"]),
        ("行李架、轮胎，雪地", ["行李架", "轮胎", "雪地"]),
        ("Rack, rack,, RACK , , wheels", ["Rack", "wheels"]),
        ("x" * 30, ["x" * 30]),
        ("@maja, snow", ["maja", "snow"]),
    ],
)
def test_a_topic_is_opened_with_tags(client, typed, kept):
    board("racks")
    client.force_login(member())
    assert "Up to three, with commas between." in client.get("/boards/racks/new/").content.decode()
    answer = client.post("/boards/racks/new/", {"title": "My rack", "source": "Look", "tags": typed})
    assert (answer.status_code, Topic.objects.get().tags) == (302, kept)
    assert OutboxEvent.objects.get(name="forums.topic.opened").payload["tags"] == kept


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("a, b, c、d", "A topic has at most three tags."),
        (f"a, {'x' * 31}", "A tag is longer than 30 characters."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_tags_that_are_refused_are_shown_again_with_the_rest(client, typed, says):
    board("racks")
    client.force_login(member())
    values = {"title": "My rack", "source": "Look", "tags": typed}
    answer = client.post("/boards/racks/new/", values)
    assert (answer.status_code, answer.context["form"].errors) == (422, {"tags": [says]})
    assert [answer.context["form"][name].value() for name in values] == list(values.values())
    assert (Topic.objects.count(), Upload.objects.count()) == (0, 0)


def test_open_pages_are_told_that_a_topic_is_closed_and_open_again(client, now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    client.force_login(member())
    assert re.search(r'<div id="closed">\s*</div>', client.get(opened.get_absolute_url()).content.decode())
    LiveMessage.objects.all().delete()
    for closed in (True, True, False):
        services.set_closed(actor=moderator, topic=opened, closed=closed, now=now)
    told = [message.body for message in LiveMessage.objects.order_by("pk")]
    assert [(body["channel"], body["kind"], body["sequence"]) for body in told] == [
        (opened.channel, "closed", 2),
        (opened.channel, "opened", 3),
    ]


@pytest.mark.parametrize("closed", [True, False])
def test_the_fragment_says_whether_a_topic_is_closed(client, now, closed):
    opened, moderator = topic(), staff(Role.MODERATOR)
    services.set_closed(actor=moderator, topic=opened, closed=True, now=now)
    services.set_closed(actor=moderator, topic=opened, closed=closed, now=now)
    for address in (f"/topics/{opened.pk}/since/", opened.get_absolute_url()):
        for person in (member(), moderator):
            client.force_login(person)
            html = client.get(address).content.decode()
            assert (html.count('id="closed"'), html.count("This topic is closed.")) == (1, int(closed))
