from datetime import timedelta

import pytest

from community.pages.feed import FeedItem, mixed


def item(key, at, *, by=1, unread=False, why="none", picture=""):
    return FeedItem(key, f"/{key}/", key, "", at, "why", by_id=by, unread=unread, why=why, picture=picture)


def keys(items):
    return [entry.key for entry in items]


def test_what_is_new_comes_first_then_by_time(now):
    items = [item("old", now), item("new", now - timedelta(days=1), unread=True), item("mine", now, why="you")]
    assert keys(mixed(items, signed_in=True)) == ["mine", "new", "old"]


@pytest.mark.parametrize(
    ("signed_in", "order"),
    [
        (False, ["b0", "0", "1", "2", "3", "b1", "4", "5", "6", "b2"]),
        (True, ["0", "1", "b0", "2", "3", "4", "5", "b1", "6", "b2"]),
    ],
)
def test_the_brand_has_one_place_in_every_four(now, signed_in, order):
    people = [item(str(n), now - timedelta(hours=n), unread=True) for n in range(7)]
    brand = [item(f"b{n}", now - timedelta(days=30 + n), by=None) for n in range(3)]
    assert keys(mixed([*people, *brand], signed_in=signed_in)) == order


def test_without_members_the_brand_speaks_alone(now):
    assert keys(mixed([item("b", now, by=None)], signed_in=True)) == ["b"]


@pytest.mark.parametrize(
    ("pictured", "unread", "first"),
    [
        ([2], [0, 1, 2], "2"),
        ([3, 2], [0, 1, 2], "2"),
        ([2], [0, 1], "0"),  # what was read does not come before what is new
        ([2], [], "2"),
        ([9], range(10), "0"),  # too far down
        ([], [], "0"),
    ],
)
def test_a_picture_leads(now, pictured, unread, first):
    people = [
        item(str(n), now - timedelta(hours=n), unread=n in unread, picture="/media/x.webp" if n in pictured else "")
        for n in range(10)
    ]
    order = keys(mixed(people, signed_in=True))
    assert order[0] == first
    assert sorted(order) == sorted(str(n) for n in range(10))
