"""What the forums' part of a member's own file says, and what of others it does not."""

import pytest

from community.members.api import Role
from forums import services
from forums.models import ReadState
from forums.receivers import explain
from tests.forums.places import board, first_post, reply, topic
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db

TITLE = "My divorce, and a van"


@pytest.fixture
def ben():
    return member("ben")


def read(reader, opened):
    services.mark_read(reader=reader, topic=opened, number=1, now=THEN)


def titles(person):
    """The titles in the file: of one's own topics, of those one wrote in, of those one read."""
    found = explain(person.pk)
    return (
        [one["title"] for one in found["topics"]],
        [one["topic"] for one in found["posts"]],
        [one["topic"] for one in found["read_topics"]],
    )


def deleted(opened):
    services.delete_post(actor=staff(Role.MODERATOR), post=first_post(opened), now=THEN)


def closed_to_members(opened):
    opened.board.readers = "staff"
    opened.board.save()


@pytest.mark.parametrize("hide", [deleted, closed_to_members])
def test_the_file_says_no_title_the_member_may_not_read(ben, hide):
    opened, other = topic(title=TITLE), topic(title="Roof racks")
    for one in (opened, other):
        reply(one, author=ben)
        read(ben, one)
    assert titles(ben) == ([], [TITLE, "Roof racks"], [TITLE, "Roof racks"])
    hide(opened)
    assert titles(ben) == ([], ["…", "Roof racks"], ["…", "Roof racks"])
    at = ReadState.objects.get(topic=opened).at
    assert explain(ben.pk)["read_topics"][0] == {"topic": "…", "number": 1, "at": at}


@pytest.mark.parametrize("hide", [deleted, closed_to_members])
def test_ones_own_topic_is_ones_own_also_where_it_is_hidden(ben, hide):
    opened = topic(author=ben, title=TITLE)
    read(ben, opened)
    hide(opened)
    assert titles(ben) == ([TITLE], [TITLE], [TITLE])


def test_the_brands_people_read_titles_of_their_boards():
    agent = staff(Role.SERVICE_AGENT)
    opened = topic(author=staff(Role.MARKETER), where=board(readers="staff"), title=TITLE)
    reply(opened, author=agent)
    assert titles(agent) == ([], [TITLE], [])


@pytest.mark.parametrize("topics", [1, 3])
def test_the_file_costs_the_same_however_much_there_is(ben, topics, django_assert_num_queries):
    for _number in range(topics):
        opened = topic(author=ben)
        reply(topic(), author=ben)
        read(ben, opened)
    with django_assert_num_queries(10):
        explain(ben.pk)
