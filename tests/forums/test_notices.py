"""What was deleted is told to nobody, and its title stands in no notification."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.inbox.models import Notification
from community.kernel.api import Delivery
from community.kernel.models import OutboxEvent
from community.members.api import Role
from forums import services
from forums.facts import PostWritten
from forums.notices import tell_of_posts
from tests.forums.places import first_post, reply, topic
from tests.people import THEN, member, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db

TITLE = "My divorce, and a van"


@pytest.fixture
def keeper():
    return staff(Role.MODERATOR, "keeper")


@pytest.fixture
def opened():
    """A topic in which a reply names Ida, finds itself useful and becomes the best answer."""
    member("ida")
    opened = topic(author=member("maja"), title=TITLE)
    said = reply(opened, author=member("tom"), source="@ida knows")
    again = reply(opened, author=member("wen"), source=f"> [tom](/posts/{said.pk}/)\n>\n> knows\n\nNo")
    services.react(member=opened.author, post=said, kind="useful", now=THEN)
    services.choose_best_answer(member=opened.author, post=again, now=THEN)
    return opened


def lines():
    return set(Notification.objects.values_list("recipient__username", "kind", "title"))


def all_lines(title):
    told = {"maja": ["reply"], "ida": ["mention"], "tom": ["quote", "useful"], "wen": ["best"]}
    return {(name, f"forums.{kind}", title) for name, kinds in told.items() for kind in kinds}


@pytest.mark.parametrize("who", ["author", "moderator"])
def test_a_deleted_topics_title_is_in_no_notification_until_it_is_shown_again(opened, keeper, who):
    another = topic(author=opened.author, title=TITLE)
    reply(another)
    drain()
    same = {("maja", "forums.reply", TITLE)}
    assert lines() == all_lines(TITLE)
    services.delete_post(actor=keeper if who == "moderator" else opened.author, post=first_post(opened), now=THEN)
    assert lines() == all_lines("…") | same
    services.restore_post(actor=keeper, post=first_post(opened), now=THEN)
    assert lines() == all_lines(TITLE)


def test_a_deleted_reply_leaves_the_title_where_it_is(opened, keeper):
    drain()
    services.delete_post(actor=keeper, post=opened.posts.get(number=2), now=THEN)
    drain()
    assert lines() == all_lines(TITLE)


def test_what_was_deleted_before_anybody_was_told_of_it_is_told_to_nobody(opened, keeper):
    services.delete_post(actor=keeper, post=first_post(opened), now=THEN)
    drain()
    assert lines() == set()
    services.restore_post(actor=keeper, post=first_post(opened), now=THEN)
    drain()
    assert lines() == set()


def test_a_reply_deleted_before_anybody_was_told_of_it_is_told_to_nobody(opened, keeper):
    services.delete_post(actor=keeper, post=opened.posts.get(number=2), now=THEN)
    drain()
    assert lines() == {
        (name, f"forums.{kind}", TITLE) for name, kind in (("maja", "reply"), ("tom", "quote"), ("wen", "best"))
    }


@pytest.mark.parametrize("replies", [1, 3])
def test_many_posts_cost_as_many_looks_as_one(opened, replies):
    for _number in range(replies):
        reply(topic(author=opened.author))
    events = OutboxEvent.objects.filter(name="forums.post.written").order_by("-pk")[:replies]
    facts = [Delivery(one.pk, PostWritten(member_id=one.member_id, **one.payload), one.occurred_at) for one in events]
    with CaptureQueriesContext(connection) as asked:
        tell_of_posts(facts)
    tables = [query["sql"].partition("FROM ")[2].split(" ")[0] for query in asked if "FROM" in query["sql"]]
    assert tables.count('"forums_post"') == 1
    assert [table for table in tables if "topic" in table or "board" in table] == []
