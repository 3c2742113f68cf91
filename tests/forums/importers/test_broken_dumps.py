"""Dumps as programs write them that know no better: what can be read is taken over, and a second run is the same."""

import pytest
from django.core.management import CommandError, call_command

from community.kernel.api import now
from forums.importers.dump import rows
from forums.models import Post, Topic
from forums.services import delete_post, ensure_board, restore_post
from tests.forums.importers.dumps import COMMENTS, POSTS, VOTES, load, state, write_dump
from tests.forums.importers.test_odd_dumps import posts, question
from tests.forums.places import first_post
from tests.people import Role, staff

pytestmark = pytest.mark.django_db

CLOSED = 'ClosedDate="2010-03-01T10:00:00.000"'


def again(folder):
    """Run once more: nothing changes and everything adds up."""
    before = state()
    load(folder)
    assert state() == before
    call_command("recount", check=True)


def test_a_closed_question_that_stands_there_twice(tmp_path):
    load(write_dump(tmp_path, Posts=posts(question(10, more=CLOSED), question(10, title="Again", more=CLOSED))))
    assert list(Topic.objects.values_list("title", "closed")) == [("Question 10", True)]
    again(tmp_path)


@pytest.mark.parametrize("mark", ["&#x0E;", "&#14;", "\x0b", "&#xFFFE;", "&#xD800;"])
def test_marks_that_are_no_characters_are_left_out(tmp_path, mark):
    load(write_dump(tmp_path, Posts=posts(question(1, title=f"press{mark} &#x41;this"), question(2))))
    assert list(Topic.objects.order_by("pk").values_list("title", flat=True)) == ["press Athis", "Question 2"]
    again(tmp_path)


def test_a_reference_is_read_wherever_pieces_of_the_file_end(tmp_path):
    for more in range(7):
        found = posts(question(1, title="x" * more), *(question(n, title="&amp;&#x0E;" * 39) for n in range(2, 400)))
        titles = [row["Title"] for row in rows(write_dump(tmp_path, Posts=found), "Posts")]
        assert set(titles[1:]) == {"&" * 39}


def test_a_newer_dump_brings_its_counts(tmp_path):
    load(write_dump(tmp_path))
    more = VOTES.replace("</votes>", '<row Id="9" PostId="10" VoteTypeId="2" /></votes>')
    said = COMMENTS.replace("</comments>", '<row Id="6" PostId="10" Text="Late" UserId="2" /></comments>')
    newer = POSTS.replace('Score="1"', 'Score="2"').replace('CommentCount="0"', 'CommentCount="1"')
    load(write_dump(tmp_path, Posts=newer, Votes=more, Comments=said))
    question_post = first_post(Topic.objects.get())
    assert (question_post.score, question_post.comment_count) == (2, 1)
    again(tmp_path)


def test_scores_are_those_of_the_votes_that_are_here(tmp_path):
    load(write_dump(tmp_path, Posts=POSTS.replace('Score="1"', 'Score="5"')))
    assert first_post(Topic.objects.get()).score == 1
    again(tmp_path)


def test_a_comment_that_is_deleted_or_brought_back_counts_so(tmp_path):
    load(write_dump(tmp_path))
    comment, moderator = Post.objects.get(kind="comment"), staff(Role.MODERATOR)
    for act, count in ((delete_post, 0), (restore_post, 1)):
        act(actor=moderator, post=Post.objects.get(pk=comment.pk), now=now())
        assert Post.objects.get(pk=comment.parent_id).comment_count == count
        call_command("recount", check=True)


@pytest.mark.parametrize("kind", ["", 'PostTypeId=""'])
def test_what_answers_something_is_an_answer_where_no_kind_is_stated(tmp_path, kind):
    rows = (f'<row Id="1" {kind} Title="Which?" Body="b" />', f'<row Id="2" {kind} ParentId="1" Body="This" />')
    load(write_dump(tmp_path, Posts=posts(*rows)))
    topic = Topic.objects.get()
    assert (topic.title, topic.post_count, topic.board.slug) == ("Which?", 2, "bikes")
    again(tmp_path)


def test_answers_to_answers_come_in_one_run(tmp_path):
    answer = '<row Id="{}" PostTypeId="2" ParentId="{}" Body="a" />'
    load(write_dump(tmp_path, Posts=posts(answer.format(1, 2), answer.format(2, 3), question(3))))
    assert Topic.objects.get().post_count == 3
    again(tmp_path)


@pytest.mark.serverless
@pytest.mark.parametrize("body", ["a &lt;![ b", "&lt;![foo[x]]&gt; b", "&lt;![if x]&gt; b"])
def test_a_section_that_is_none_is_no_end_of_the_import(tmp_path, body):
    load(write_dump(tmp_path, Posts=POSTS.replace("This one", body)))
    assert Post.objects.filter(number=2).exists()


@pytest.mark.serverless
@pytest.mark.parametrize("name", ["Users", "Posts", "Comments", "Votes", "Tags"])
@pytest.mark.parametrize("text", ["", "\ufeff \n"])
def test_an_empty_file_is_as_one_that_is_missing(tmp_path, name, text):
    load(write_dump(tmp_path, **{name: text}))
    assert Post.objects.exists() == (name != "Posts")


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf8", "utf-8"),
        ("UTF_8", "utf-8"),
        ("cp65001", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-8-sig"),
        ("utf-8", "utf-8-sig"),
        ("utf-8", "utf-16"),
        ("ucs-2", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
    ],
)
@pytest.mark.serverless
def test_a_file_that_declares_what_it_is_not(tmp_path, declared, written):
    write_dump(tmp_path)
    text = f'<?xml version="1.0" encoding="{declared}"?>' + posts(question(1, title="公路"))
    (tmp_path / "Posts.xml").write_bytes(text.encode(written))
    load(tmp_path)
    assert Topic.objects.get().title == "公路"


def test_a_number_with_marks_in_it_is_a_name_that_can_stand_in_an_address(tmp_path, client):
    people = '<users><row Id="a/b" DisplayName="Bo" /></users>'
    load(write_dump(tmp_path, Users=people, Posts=POSTS.replace('OwnerUserId="1"', 'OwnerUserId="a/b"')))
    assert client.get(Topic.objects.get().get_absolute_url()).status_code == 200


@pytest.mark.parametrize("command", ["import_stackexchange", "import_comments"])
def test_a_board_of_the_brands_own_is_refused(tmp_path, command):
    ensure_board(slug="inside", title_en="Inside", title_zh="内部", readers="staff")
    (write_dump(tmp_path) / "table.csv").write_text("content\nGood\n")
    source = tmp_path if command == "import_stackexchange" else tmp_path / "table.csv"
    with pytest.raises(CommandError, match="Only the brand's people read the board inside"):
        call_command(command, str(source), board="inside")
    assert not Post.objects.exists()
