"""Feeds of boards and topics."""

import html
import re

import feedparser
import pytest

from community.members.api import erase_member
from forums import services
from forums.models import Post
from forums.views import feeds
from tests.forums.places import board, first_post, reply, topic
from tests.people import member

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.mark.parametrize(("kind", "version"), [("rss", "rss20"), ("atom", "atom10")])
def test_a_boards_feed_lists_its_topics(client, now, kind, version):
    place = board("racks")
    opened = topic(author=member("maja", name="Maja"), where=place, title="Roof & <b>racks</b> 行李架", now=now)
    gone = topic(where=place)
    services.delete_post(actor=gone.author, post=first_post(gone), now=now)
    feed = feedparser.parse(client.get(f"/boards/racks/feed.{kind}").content)
    assert (feed.bozo, feed.version, feed.feed.title) == (False, version, "Racks · Norling Paddock")
    assert [(entry.title, entry.author) for entry in feed.entries] == [("Roof & <b>racks</b> 行李架", "Maja")]
    assert feed.entries[0].link.endswith(opened.get_absolute_url())
    assert feed.entries[0].summary == "Which one do you use?"


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_boards_feed_says_how_a_topic_begins_and_nothing_of_what_is_not_shown(client, now, kind):
    place = board("racks")
    shown, hidden = topic(where=place, now=now), topic(where=place, now=now)
    services.edit_post(editor=shown.author, post=first_post(shown), source="\\<b>Steel & wood " + "x" * 600, now=now)
    Post.objects.filter(topic=hidden, number=1).update(deleted_at=now)
    entries = feedparser.parse(client.get(f"/boards/racks/feed.{kind}").content).entries
    said = {entry.link.split("/topics/")[1].split("/")[0]: entry.summary for entry in entries}
    assert said[str(hidden.pk)] == ""
    assert said[str(shown.pk)].startswith("&lt;b&gt;Steel &amp; wood xxx")
    assert len(html.unescape(said[str(shown.pk)])) == 500


@pytest.mark.parametrize(("kind", "version"), [("rss", "rss20"), ("atom", "atom10")])
def test_a_topics_feed_lists_its_posts_newest_first(client, now, kind, version):
    opened = topic(now=now)
    said, gone = reply(opened, source="**Steel** one"), reply(opened)
    services.delete_post(actor=gone.author, post=gone, now=now)
    feed = feedparser.parse(client.get(f"/topics/{opened.pk}/feed.{kind}").content)
    assert (feed.bozo, feed.version) == (False, version)
    assert [entry.summary for entry in feed.entries] == ["Steel one", "Which one do you use?"]
    assert feed.entries[0].link.endswith(f"/posts/{said.pk}/")


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_boards_feed_says_what_it_is(client, kind):
    place = board("racks")
    said = []
    for about in ("On the <roof>.", ""):
        type(place).objects.update(about_en=about)
        said.append(feedparser.parse(client.get(f"/boards/racks/feed.{kind}").content).feed.subtitle)
    assert [html.unescape(words) for words in said] == ["On the <roof>.", "The newest topics of this board."]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_what_a_post_quotes_stands_apart_in_its_topics_feed(client, now, kind):
    opened = topic(now=now)
    reply(opened, source="> Ada: Steel\n>\n> > or <wood>\n\nThe steel & one\n\n> Light?\n\nNo")
    feed = feedparser.parse(client.get(f"/topics/{opened.pk}/feed.{kind}").content)
    lines = re.split(r"<br ?/?>", feed.entries[0].summary)
    assert [html.unescape(line) for line in lines] == [
        "“Ada: Steel”",
        "“or <wood>”",
        "The steel & one",
        "“Light?”",
        "No",
    ]


@pytest.mark.parametrize(("language", "called"), [("en", "Former member"), ("zh-hans", "已注销的成员")])
@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_no_feed_tells_those_who_left_from_each_other(client, now, kind, language, called):
    place, left = board("racks"), [member("maja"), member("tom")]
    opened = [topic(author=person, where=place) for person in left]
    said = reply(opened[0], author=left[1])
    for person in left:
        erase_member(member=person, now=now)
    addresses = [f"/boards/racks/feed.{kind}", f"/topics/{opened[0].pk}/feed.{kind}"]
    texts = [client.get(address, headers={"Accept-Language": language}).content for address in addresses]
    authors = [[entry.author for entry in feedparser.parse(text).entries] for text in texts]
    assert (authors, b"former-" in b"".join(texts)) == ([[called] * 2] * 2, False)
    client.force_login(member("otto", language=language))
    for post in (said, first_post(opened[0])):
        page = client.get(opened[0].get_absolute_url(), {"quote": post.pk}).content.decode()
        assert ("former-" in page, called in page) == (False, True)
    sent = {"source": "Yes.", "quote": said.pk}
    client.post(f"/topics/{opened[0].pk}/reply/", sent)
    assert Post.objects.latest("pk").source.startswith(f"> [{called}](/posts/{said.pk}/)")


# A reader of feeds asks again and again: what it costs does not depend on how much there is.


@pytest.mark.parametrize("rows", [2, 12])
@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_boards_feed_asks_a_literal_number_of_queries(client, django_assert_num_queries, kind, rows):
    place = board("racks")
    for _ in range(rows):
        topic(where=place)
    with django_assert_num_queries(2):  # board, topics with their authors
        feed = feedparser.parse(client.get(f"/boards/racks/feed.{kind}").content)
    assert len(feed.entries) == rows


@pytest.mark.parametrize("rows", [2, 12])
@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_topics_feed_asks_a_literal_number_of_queries(client, django_assert_num_queries, kind, rows):
    opened = topic()
    for _ in range(rows - 1):
        reply(opened)
    with django_assert_num_queries(2):  # topic, posts with their authors
        feed = feedparser.parse(client.get(f"/topics/{opened.pk}/feed.{kind}").content)
    assert len(feed.entries) == rows


def test_of_thousands_of_quotations_a_feed_takes_apart_no_more_than_it_shows(client, monkeypatch):
    opened, taken = topic(), []
    reply(opened, source=">>>\n\nb\n\n" * 2_000)
    plain = feeds.plain_text
    monkeypatch.setattr(feeds, "plain_text", lambda html: taken.append(html) or plain(html))
    assert client.get(f"/topics/{opened.pk}/feed.rss").status_code == 200
    assert 0 < len(taken) < 400
