"""How far somebody has read: exact whatever arrives, is written or is jumped over, and the same in every list."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from forums import queries, services
from forums.counts import topic_differences
from forums.models import Post, ReadState, Topic
from tests.forums.places import board, many_posts, reply, topic
from tests.people import member
from tests.relay import drain
from tests.sites import ensure_site

pytestmark = pytest.mark.django_db


def long_topic(now, number=50):
    """A topic of some pages, all of it written after everybody joined."""
    opened = topic(where=board("racks"), now=now)
    many_posts(opened, number)
    Post.objects.update(written_at=now)
    Topic.objects.update(last_post_at=now)
    opened.refresh_from_db()
    return opened


def signed_in(person, **options):
    client = Client(**options)
    client.force_login(person)
    return client


def read_by(person):
    return ReadState.objects.filter(member=person).values_list("number", flat=True).first() or 0


def counted(person, opened, client):
    """What is new, as the topic's row, its board and the first page say it: how many posts, topics and items."""
    opened.refresh_from_db()
    new = queries.new_posts([opened], person).get(opened.pk, queries.lists.NOTHING_NEW)
    [boards] = queries.board_rows([opened.board], person)
    [row] = client.get(opened.board.get_absolute_url()).context["rows"]
    home = client.get("/").context["new"]
    assert (row.new, row.first_new) == new
    assert list(queries.unread(person, [opened.board_id])) == ([opened] if new.posts else [])
    assert (boards.new, home) == (int(new.posts > 0),) * 2
    return tuple(new)


@pytest.mark.parametrize(("other", "kept"), [(20, 40), (40, 40), (50, 50)])
def test_two_first_pages_at_once_leave_the_further_mark(now, monkeypatch, other, kept):
    opened, tom = long_topic(now), member("tom")
    create = ReadState.objects.bulk_create

    def late(rows, **options):
        create([ReadState(member=tom, topic=opened, number=other, at=now)])  # another page of theirs was first
        return create(rows, **options)

    monkeypatch.setattr(ReadState.objects, "bulk_create", late)
    services.mark_read(reader=tom, topic=opened, number=40, now=now)
    assert read_by(tom) == kept


def test_a_reply_from_the_first_page_leaves_what_was_not_read_unread(now):
    ensure_site()
    opened, tom = long_topic(now), member("tom")
    client = signed_in(tom)
    client.get(opened.get_absolute_url())
    answer = client.post(f"/topics/{opened.pk}/reply/", {"source": "Steel."}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("?page=3#p51")
    assert read_by(tom) == 20
    assert counted(tom, opened, client) == (30, 21)
    assert answer.context["skipped"] is True
    told = answer.content.decode()
    assert re.search(rf'<a href="{opened.get_absolute_url()}\?page=2#p21">\s*Read on where you stopped', told)
    assert "data-live-read" not in told
    for page, new in ((2, (10, 41)), (3, (0, 0))):
        answer = client.get(opened.get_absolute_url(), {"page": page})
        assert (answer.context["skipped"], counted(tom, opened, client)) == (False, new)
    assert read_by(tom) == 51
    assert topic_differences() == []


def test_others_posts_below_and_above_ones_own_are_counted_and_ones_own_are_not(now):
    ensure_site()
    opened, tom = long_topic(now, 3), member("tom")
    client = signed_in(tom)
    services.mark_read(reader=tom, topic=opened, number=1, now=now)
    reply(opened, author=tom, now=now)
    assert counted(tom, opened, client) == (2, 2)
    reply(opened, source="And then?", now=now)
    assert counted(tom, opened, client) == (3, 2)
    gone = Post.objects.get(number=2)
    services.delete_post(actor=gone.author, post=gone, now=now)
    assert counted(tom, opened, client) == (2, 3)


@pytest.mark.parametrize("replies", [0, 1])
def test_a_topic_of_ones_own_has_what_others_say_in_it(now, replies):
    ensure_site()
    tom = member("tom")
    opened = topic(author=tom, where=board("racks"), now=now)
    for _reply in range(replies):
        reply(opened, now=now)
        reply(opened, author=tom, now=now)
    assert counted(tom, opened, signed_in(tom)) == ((1, 2) if replies else (0, 0))


def test_a_board_marked_as_read_leaves_nothing_to_jump_over(now):
    opened, tom = long_topic(now), member("tom")
    services.mark_board_read(reader=tom, board=opened.board, now=now)
    reply(opened, now=now + timedelta(minutes=1))
    assert signed_in(tom).get(opened.get_absolute_url(), {"page": 3}).context["skipped"] is False
    assert read_by(tom) == 51


def test_what_counts_as_read_by_its_time_is_not_jumped_over(now):
    opened, tom = topic(now=now), member("tom")
    many_posts(opened, 45)
    Post.objects.update(written_at=tom.joined_at - timedelta(days=1))
    reply(opened, now=now)
    client = signed_in(tom)
    assert client.get(opened.get_absolute_url(), {"page": 3}).context["skipped"] is False
    assert read_by(tom) == 46


def test_a_reply_after_everything_was_read_is_read_and_one_after_somebody_elses_is_not(now):
    opened, tom = topic(now=now), member("tom")
    client = signed_in(tom)
    client.get(opened.get_absolute_url())
    client.post(f"/topics/{opened.pk}/reply/", {"source": "Steel."})
    assert read_by(tom) == 2
    reply(opened, now=now)
    client.post(f"/topics/{opened.pk}/reply/", {"source": "Wood."})
    assert read_by(tom) == 2


def test_what_arrives_on_an_open_page_is_read_once_the_page_says_so(now):
    ensure_site()
    opened, tom = topic(where=board("racks"), now=now), member("tom")
    client = signed_in(tom)
    told = client.get(opened.get_absolute_url()).content.decode()
    assert re.search(rf'data-live-read="/topics/{opened.pk}/read/" data-live-from="1"\s+data-live-seen="1"', told)
    reply(opened, now=now)
    client.get(f"/topics/{opened.pk}/since/")  # the same for everybody: it marks nothing
    assert counted(tom, opened, client) == (1, 2)
    answer = client.post(f"/topics/{opened.pk}/read/", {"from": "1", "number": "2"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (read_by(tom), counted(tom, opened, client)) == (2, (0, 0))


@pytest.mark.parametrize(
    ("first", "last", "status", "read"),
    [("21", "50", 204, 50), ("21", "999", 204, 50), ("41", "50", 204, 20), ("21", "5", 204, 20), ("x", "50", 422, 20)],
)
def test_no_more_is_marked_than_the_page_showed_and_nothing_over_a_gap(now, first, last, status, read):
    opened, tom = long_topic(now), member("tom")
    services.mark_read(reader=tom, topic=opened, number=20, now=now)
    answer = signed_in(tom).post(f"/topics/{opened.pk}/read/", {"from": first, "number": last})
    assert (answer.status_code, read_by(tom)) == (status, read)


def test_who_jumped_ahead_may_have_it_all_marked(now):
    opened, tom = long_topic(now), member("tom")
    client = signed_in(tom)
    told = client.get(opened.get_absolute_url(), {"page": 3}).content.decode()
    assert (read_by(tom), "Read from the start" in told) == (0, True)
    answer = client.post(f"/topics/{opened.pk}/read/")
    assert (answer.status_code, answer["Location"]) == (302, f"{opened.get_absolute_url()}?page=3#p50")
    assert (read_by(tom), client.get(answer["Location"]).context["skipped"]) == (50, False)


@pytest.mark.serverless
def test_marking_asks_for_a_sign_in_a_token_and_patience(now):
    opened, tom = topic(now=now), member("tom")
    address, sent = f"/topics/{opened.pk}/read/", {"from": "1", "number": "1"}
    assert Client().post(address, sent)["Location"].startswith("/account/login/")
    assert signed_in(tom, enforce_csrf_checks=True).post(address, sent).status_code == 403
    assert ReadState.objects.count() == 0
    client = signed_in(tom)
    assert [client.post(address, sent).status_code for _time in range(121)] == [204] * 120 + [429]


@pytest.mark.parametrize(("page", "queries_asked"), [(1, 9), (2, 10), (3, 10)])
def test_what_a_members_page_costs(now, django_assert_num_queries, page, queries_asked):
    opened, tom = long_topic(now), member("tom")
    services.mark_read(reader=tom, topic=opened, number=20, now=now)
    client = signed_in(tom)
    drain()
    client.get(opened.get_absolute_url())  # what is close to it is kept from here on
    with django_assert_num_queries(queries_asked):
        client.get(opened.get_absolute_url(), {"page": page})
