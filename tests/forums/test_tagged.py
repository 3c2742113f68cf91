"""Tags lead to the topics of the board that have them too."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.test import Client

from community.members.api import Role
from forums import services
from forums.models import Topic
from forums.templatetags import rows
from tests.forums.places import board, first_post, reply, topic
from tests.people import member, staff

pytestmark = pytest.mark.django_db

ODD = ["行李架", 'a "b" c', "back\\slash", "50%_off", "<b>&amp;</b>", "c/d?e#f", "O'Neil"]


def tagged(*tags, where, **options):
    opened = topic(where=where, **options)
    Topic.objects.filter(pk=opened.pk).update(tags=list(tags))
    return opened


def titles(answer):
    return [row.topic.title for row in answer.context["rows"]]


def links(html, place):
    return [unescape(found) for found in re.findall(rf'<a\s+href="({place.get_absolute_url()}\?tag=[^"]*)"', html)]


@pytest.mark.parametrize("tag", ODD)
def test_a_tag_of_a_row_and_of_a_topic_leads_to_the_topics_that_have_it(client, tag):
    place = board("racks")
    one = tagged("first", tag, where=place, title="One")
    tagged(f"{tag}s", f"a{tag}", tag[:-1], where=place, title="Other")
    tagged(tag, where=board(), title="Elsewhere")
    for address in (place.get_absolute_url(), one.get_absolute_url()):
        found = [client.get(link) for link in links(client.get(address).content.decode(), place)]
        assert [answer.context["tag"] for answer in found if titles(answer) == ["One"]] == ["first", tag]
    answer = client.get(place.get_absolute_url(), {"tag": tag})
    assert (titles(answer), answer.context["pages"]) == (["One"], 1)
    assert answer.context["untagged"] == "/boards/racks/"


def test_a_tag_goes_together_with_lists_orders_and_pages(client, now):
    place, tom = board("racks"), member("tom")
    for number in range(31):
        tagged("steel", where=place, title=f"Steel {number}", now=now + timedelta(hours=number))
    tagged("wood", where=place, title="Wood", now=now)
    mine = tagged("steel", where=place, title="Mine", author=tom, now=now)
    reply(mine, now=now)
    client.force_login(tom)
    assert titles(client.get("/boards/racks/?tag=steel&show=yours")) == ["Mine"]
    assert titles(client.get("/boards/racks/?tag=steel&order=lively"))[0] == "Mine"
    answer = client.get("/boards/racks/?tag=steel&order=new&page=2")
    assert (titles(answer), answer.context["pages"]) == (["Mine", "Steel 0"], 2)
    told = answer.content.decode()
    assert 'href="?tag=steel&amp;order=new&amp;page=1"' in told
    assert 'href="/boards/racks/?tag=steel&amp;show=waiting&amp;order=new"' in told
    assert 'href="/boards/racks/?order=new" aria-label="Topics with any tag"' in told
    assert [count for *_rest, count in answer.context["tabs"]] == [None] * len(answer.context["tabs"])


def test_deleted_topics_are_found_by_their_tag_by_moderators_alone(client, now):
    place, moderator = board("racks"), staff(Role.MODERATOR)
    gone = tagged("steel", where=place, title="Gone")
    services.delete_post(actor=moderator, post=first_post(gone), now=now)
    assert titles(client.get("/boards/racks/?tag=steel")) == []
    client.force_login(moderator)
    assert titles(client.get("/boards/racks/?tag=steel")) == []
    assert titles(client.get("/boards/racks/?tag=steel&show=deleted")) == ["Gone"]


@pytest.mark.parametrize("tag", ["none of these", "x" * 5000, "\0", "<script>"])
def test_a_tag_nobody_uses_leads_on(client, tag):
    topic(where=board("racks"))
    answer = client.get("/boards/racks/", {"tag": tag})
    told = answer.content.decode()
    if not tag.strip("\0"):
        assert len(answer.context["rows"]) == 1
        return
    assert "No topic of this board with this tag." in told
    assert ("<script>" in told.partition("<main")[2].partition("</main>")[0]) is False
    for way in ('<a class="btn" href="/search/?q=', '<a class="btn btn-line" href="/boards/racks/"'):
        assert way in told


@pytest.mark.parametrize("number", [1, 3])
def test_a_tag_costs_the_same_for_any_number(client, django_assert_num_queries, number):
    place = board("racks")
    for _topic in range(number):
        tagged("steel", where=place)
    with django_assert_num_queries(4):  # board, how many, topics with their boards, people
        answer = client.get("/boards/racks/?tag=steel")
    assert len(answer.context["rows"]) == number


def test_a_row_that_was_made_leads_to_the_tags_of_its_own_board(monkeypatch):
    one, other = board("one"), board("other")
    for place in (one, other):
        tagged("steel", where=place, title="Same")
    told = {place.slug: Client().get(place.get_absolute_url()).content.decode() for place in (one, other, one)}
    for place in (one, other):
        assert links(told[place.slug], place) == [f"/boards/{place.slug}/?tag=steel"]
    made = []
    monkeypatch.setattr(rows, "render_to_string", lambda *args: made.append(args))
    Client().get(one.get_absolute_url())
    assert made == []


@pytest.mark.parametrize(("vendor", "made"), [("postgresql", True), ("sqlite", False)])
def test_the_index_for_tags_is_made_on_postgresql_while_the_forum_is_in_use(vendor, made):
    migration, ran = import_module("forums.migrations.0013_topics_by_tag").Migration, []
    editor = SimpleNamespace(connection=SimpleNamespace(vendor=vendor), execute=ran.append)
    for operation in migration.operations:
        operation.code(None, editor)
    assert [line.split(" IF ")[0] for line in ran] == (["DROP INDEX CONCURRENTLY", "CREATE INDEX CONCURRENTLY"] * made)
    assert migration.atomic is False
