"""What the forums put on somebody's first page, and why."""

from datetime import timedelta

import pytest

from clubs.api import ensure_club, join_club
from community.kernel.slots import _PROVIDERS, fills
from community.members.api import declare_keywords
from forums import home
from forums.home import home_feed
from forums.models import Board
from forums.services import mark_read
from tests.forums.places import board, reply, topic
from tests.people import THEN, member

pytestmark = pytest.mark.django_db


def reasons(person, limit=10):
    return {item.title: (item.reason, item.why) for item in home_feed(person, limit)}


def test_each_topic_has_its_reason_and_is_marked_as_the_readers_while_it_is_new(now):
    tom = member("tom")
    club = ensure_club(slug="long-lunch", kind="circle", title_en="Long Lunch", title_zh="长午餐", now=now)
    join_club(member=tom, club=club, now=now)
    declare_keywords(member=tom, keywords=["roof rack", "山路"], now=now)
    topic(title="Mine", author=tom)
    reply(topic(title="Answered"), author=tom)
    topic(title="Soup", where=Board.objects.get(club_slug="long-lunch"), now=now)
    topic(title="Bread", where=Board.objects.get(club_slug="long-lunch"))
    topic(title="Which roof racks?")
    topic(title="周末去跑山路")
    topic(title="Tyres", where=board("wheels"))
    assert reasons(tom) == {
        "Mine": ("You asked this", "ring"),
        "Answered": ("You wrote here", "ring"),
        "Soup": ("You are in Long Lunch", "you"),
        "Bread": ("You are in Long Lunch", "ring"),
        "Which roof racks?": ("You care about roof rack", "ring"),
        "周末去跑山路": ("You care about 山路", "ring"),
        "Tyres": ("New in Wheels", "none"),
    }


def test_what_higher_floors_know_of_interests_is_a_reason_with_its_page(now):
    tom = member("tom")
    topic(title="车顶行李架安装教程")

    @fills("members.interests")
    def known(member_id):
        return [("Roof racks", ("roof rack", "行李架"), "/mirror/")]

    try:
        found = home_feed(tom, 5)
    finally:
        _PROVIDERS["members.interests"] = [entry for entry in _PROVIDERS["members.interests"] if entry[1] is not known]
    assert [(item.reason, item.reason_url) for item in found] == [("You care about Roof racks", "/mirror/")]


def test_what_one_has_to_do_with_comes_before_what_is_merely_newer(now):
    tom = member("tom")
    topic(title="Mine", author=tom)
    for at in range(5):
        topic(title=f"Newer {at}", now=now + timedelta(minutes=at))
    assert list(reasons(tom, 3)) == ["Mine", "Newer 4", "Newer 3"]


def test_what_is_new_in_ones_own_topics_and_clubs_is_there_however_much_is_newer_elsewhere(now, monkeypatch):
    monkeypatch.setattr(home, "TIMES", 1)
    tom, other = member("tom"), member("other")
    club = ensure_club(slug="long-lunch", kind="circle", title_en="Long Lunch", title_zh="长午餐", now=THEN)
    join_club(member=tom, club=club, now=THEN)
    asked, soup = (
        topic(title="Mine", author=tom),
        topic(title="Soup", where=Board.objects.get(club_slug="long-lunch"), now=THEN + timedelta(hours=1)),
    )
    topic(title="Read", author=tom)
    topic(title="Another's", author=other)
    reply(asked)
    for at in range(5):
        topic(title=f"Newer {at}", now=now + timedelta(minutes=at))
    assert list(reasons(tom, 3)) == ["Mine", "Soup", "Newer 4"]
    assert list(reasons(other, 3)) == ["Newer 4", "Newer 3", "Newer 2"]  # nothing new in what is theirs
    mark_read(reader=tom, topic=asked, number=2, now=now)
    mark_read(reader=tom, topic=soup, number=1, now=now)
    assert list(reasons(tom, 3)) == ["Newer 4", "Newer 3", "Newer 2"]


def test_a_guest_sees_what_is_lively_in_public_boards():
    topic(title="Open")
    topic(title="Members only", where=board(readers="member"))
    assert reasons(None) == {"Open": ("Lively now", "none")}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_feed_costs_a_constant_number_of_queries(django_assert_num_queries, rows):
    tom = member("tom")
    for at in range(rows):
        topic(title=f"Topic {at}")
    with django_assert_num_queries(9):
        home_feed(tom, 10)
