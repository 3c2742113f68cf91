"""A relay that read a topic's title before somebody named in it was erased tells nobody of them for long."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from community.inbox import receivers as inbox
from community.inbox.models import Notification, Retitled
from community.inbox.services import Notice
from community.inbox.services import notify as really_notify
from community.inbox.titles import retitle, retitle_late
from community.kernel.api import now
from community.kernel.relay import deliver_once
from community.members.api import Role, erase_member
from forums import notices, services
from tests.forums.places import first_post, reply, topic
from tests.people import THEN, member, staff
from tests.relay import drain

OLD, NEW = "@zelda and her racks", "former member and her racks"


def lines():
    return set(Notification.objects.values_list("title", flat=True))


def told_late(to, title=OLD):
    """What a relay writes that read the title before."""
    url, event_id = f"/posts/{first_post(to).pk}/", Notification.objects.count() + 10**6
    really_notify([Notice(to.author_id, "forums.quote", to.channel, 0, url, title, THEN, event_id)])


@pytest.mark.django_db
def test_what_is_told_with_the_old_title_says_the_new_one_with_the_delivery_of_the_erasure():
    zelda, told_of = member("zelda"), topic(title=OLD)
    reply(told_of)
    drain()
    erase_member(member=zelda, now=now())
    told_late(told_of)
    assert lines() == {OLD, NEW}  # without the second look it would stay
    drain()
    assert lines() == {NEW}


@pytest.mark.django_db
def test_a_title_removed_for_good_is_looked_for_again_in_the_next_minute():
    told_of, judge = topic(title="Rude words"), staff(Role.MODERATOR)
    services.edit_post(
        editor=judge, post=first_post(told_of), source="Kind.", title="Kind words", now=now(), forget=True
    )
    told_late(told_of, "Rude words")
    assert (retitle_late(now=now()), lines()) == (1, {"Kind words"})
    assert retitle_late(now=now()) == 0


@pytest.mark.django_db
def test_a_deleted_topic_is_told_by_no_title():
    told_of = topic(title="Rude words")
    services.delete_post(actor=staff(Role.MODERATOR), post=first_post(told_of), now=now())
    told_late(told_of, "Rude words")
    assert (retitle_late(now=now()), lines()) == (1, {"…"})


@pytest.mark.django_db
def test_what_was_retitled_is_looked_at_for_an_hour_and_costs_one_look_where_nothing_was(django_assert_num_queries):
    zelda, told_of = member("zelda"), topic(title=OLD)
    erase_member(member=zelda, now=now())
    assert list(Retitled.objects.values_list("subject", flat=True)) == [told_of.channel]
    with django_assert_num_queries(6):  # a savepoint and its end, those that are over, those that are not
        retitle_late(now=now())
    retitle_late(now=now() + timedelta(hours=2))
    assert not Retitled.objects.exists()
    with django_assert_num_queries(3):
        retitle_late(now=now())


@pytest.mark.django_db
def test_where_no_relay_ran_for_hours_it_is_looked_at_before_it_is_forgotten():
    zelda, told_of = member("zelda"), topic(title=OLD)
    erase_member(member=zelda, now=now())
    told_late(told_of)
    assert (retitle_late(now=now() + timedelta(hours=9)), lines()) == (1, {NEW})
    assert not Retitled.objects.exists()


@pytest.fixture
def paused(monkeypatch):
    """A relay in a thread of its own that has read the titles and waits before it writes; going on ends it."""
    read, go_on = threading.Event(), threading.Event()

    def notify(told):
        read.set()
        assert go_on.wait(30)
        really_notify(told)

    def relay():
        try:
            deliver_once(now=now())
        finally:
            connection.close()

    monkeypatch.setattr(notices, "notify", notify)
    thread = threading.Thread(target=relay)

    def finish():
        go_on.set()
        thread.join()
        monkeypatch.setattr(notices, "notify", really_notify)

    def start():
        thread.start()
        assert read.wait(30)
        return finish

    yield start
    go_on.set()


def lines_after_an_erasure(start_relay):
    """What is told at last, where somebody is erased between the relay's reading and its writing."""
    zelda, told_of = member("zelda"), topic(title=OLD)
    reply(told_of)
    finish = start_relay()
    erase_member(member=zelda, now=now())
    finish()
    drain()
    return lines()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_relay_under_way_leaves_no_name_behind(paused):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    assert lines_after_an_erasure(paused) == {NEW}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_control_without_a_second_look_the_name_stays(paused, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    monkeypatch.setattr(inbox, "retitle_late", lambda **_now: 0)
    assert lines_after_an_erasure(paused) == {OLD}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_what_is_being_retitled_just_now_is_left_for_the_next_time():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    zelda, told_of = member("zelda"), topic(title=OLD)
    erase_member(member=zelda, now=now())
    told_late(told_of)
    seen = []

    def look():
        seen.append((retitle_late(now=now()), lines()))
        connection.close()

    with transaction.atomic():
        retitle({told_of.channel: NEW})
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(30)
    assert seen == [(0, {OLD})]
    assert lines() == {NEW}
