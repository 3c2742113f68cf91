"""Kept numbers, counted anew."""

import pytest
from django.core.management import CommandError, call_command

from community.members.api import Role, erase_member
from community.search.models import Mark
from forums import counts, services
from forums.models import Board, Post, Reaction, Topic
from tests.forums.places import board, many_posts, reply, topic
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrong():
    """Forty posts of which two have a reaction, with numbers that say otherwise."""
    where = topic(where=board())
    many_posts(where, 40)
    person = member()
    for number, kind in ((2, "useful"), (3, "same")):
        Reaction.objects.create(post=Post.objects.get(number=number), member=person, kind=kind, at=THEN)
    Post.objects.exclude(number=1).update(useful_count=7, score=-2)
    return where


def numbers():
    return set(Post.objects.values_list("useful_count", "same_count", "comment_count", "score"))


def test_numbers_that_differ_are_told_and_repaired(wrong, capsys):
    with pytest.raises(CommandError):
        call_command("recount", check=True)
    assert "posts: reactions, score, comments: 39 differ" in capsys.readouterr().out
    call_command("recount")
    assert numbers() == {(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)}
    call_command("recount", check=True)


@pytest.mark.parametrize(("chunk", "parts"), [(500, [39]), (20, [20, 19])])
def test_posts_are_repaired_in_the_same_statements_however_many(
    wrong, monkeypatch, django_assert_num_queries, chunk, parts
):
    monkeypatch.setattr(counts, "CHUNK", chunk)
    # What an import states, which posts; a part at a time two savepoints, the lock, what is stated, the four numbers,
    # the replies and their marks.
    with django_assert_num_queries(2 + len(parts) * 12):
        assert list(counts.repair_posts()) == parts
    assert numbers() == {(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)}


def test_what_topics_and_boards_say_of_their_posts_is_told_and_repaired(capsys):
    opened = topic()
    reply(opened)
    call_command("recount", check=True)
    right = list(Topic.objects.values()), list(Board.objects.values())
    Topic.objects.update(
        post_count=5, useful_count=3, answered_by_brand=True, last_post_at=THEN, last_author=opened.author
    )
    Board.objects.update(topic_count=4, last_post_at=None)
    Mark.objects.all().delete()
    with pytest.raises(CommandError, match="6 kept numbers differ"):
        call_command("recount", check=True)
    assert f"topic {opened.pk}: answered_by_brand True kept, False counted" in capsys.readouterr().out
    call_command("recount")
    assert (list(Topic.objects.values()), list(Board.objects.values())) == right
    assert list(Mark.objects.values_list("document_id", flat=True)) == [f"topic:{opened.pk}"]  # of how lively it is
    call_command("recount", check=True)


def test_numbers_that_count_on_each_other_are_right_after_one_recount(now):
    opened = topic()
    topic()
    said = reply(opened)
    services.react(member=member(), post=said, kind="useful", now=now)
    right = list(Topic.objects.values()), list(Board.objects.values()), list(Post.objects.values())
    Post.objects.filter(pk=said.pk).update(useful_count=5)
    Topic.objects.filter(pk=opened.pk).update(useful_count=5, last_post_at=now)
    Board.objects.filter(pk=opened.board_id).update(last_post_at=now)
    Mark.objects.all().delete()
    call_command("recount")
    assert Mark.objects.filter(index="content", document_id=f"post:{said.pk}").exists()
    assert (list(Topic.objects.values()), list(Board.objects.values()), list(Post.objects.values())) == right


def test_a_deleted_posts_reactions_are_not_its_topics(now):
    opened, moderator, fan = topic(), staff(Role.MODERATOR), member()
    said = reply(opened)
    services.react(member=fan, post=said, kind="useful", now=now)
    services.delete_post(actor=moderator, post=said, now=now)
    erase_member(member=fan, now=now)
    call_command("recount", check=True)
    assert Topic.objects.get().useful_count == 0


def test_reactions_that_an_erasure_takes_back_reach_the_index(now):
    opened, fan = topic(), member()
    services.react(member=fan, post=reply(opened), kind="useful", now=now)
    topic()
    Mark.objects.all().delete()
    erase_member(member=fan, now=now)
    found = Mark.objects.filter(document_id__startswith="topic:").values_list("document_id", flat=True)
    assert (list(found), Topic.objects.get(pk=opened.pk).useful_count) == ([f"topic:{opened.pk}"], 0)


def test_what_is_right_is_left_alone(wrong):
    call_command("recount")
    assert list(counts.repair_posts()) == []
