"""Importing a Stack Exchange dump."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from community.consent.api import history, permits_of, withdraw
from community.inbox.models import Notification
from community.members.api import Member
from forums.importers.common import board_of
from forums.importers.figures import audit
from forums.importers.stackexchange import Import
from forums.models import Imported, ImportedVote, Post, Topic
from tests.forums.importers.dumps import POSTS, USERS, load, state, write_dump
from tests.forums.places import reply
from tests.people import member as native_member
from tests.real_data import STACK_EXCHANGE
from tests.relay import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def dump(tmp_path):
    return write_dump(tmp_path)


def test_a_question_is_a_topic_with_its_times(dump):
    load(dump)
    topic = Topic.objects.get()
    assert (topic.title, topic.tags, topic.closed, topic.author.name) == (
        "Which rack?",
        ["rack", "roof"],
        True,
        "Ann Lee",
    )
    assert topic.opened_at == datetime(2010, 2, 1, 10, tzinfo=UTC)
    assert topic.last_post_at == datetime(2010, 2, 4, 10, tzinfo=UTC)
    posts = Post.objects.order_by("number").values_list("number", "kind", "text", "score", "comment_count")
    assert list(posts) == [
        (1, "post", "A roof rack", 1, 0),
        (2, "post", "This one", -1, 1),
        (3, "comment", "Thanks", 0, 0),
    ]
    assert topic.best_answer.number == 2


def test_the_dumps_figures_agree(dump):
    load(dump)
    figures = {"Score": (2, 3), "CommentCount": (2, 2), "AnswerCount": (1, 1), "tag Count": (2, 2)}
    assert audit(dump, source="bikes") == figures  # the answer to a question that is not there counts as missing
    call_command("recount", check=True)


def test_every_pass_shows_how_far_it_is(dump, now):
    seen = Counter()

    def progress(found, what):
        for one in found:
            seen[what] += 1
            yield one

    board, aside = (board_of(slug, title_en=slug, title_zh=slug) for slug in ("bikes", "aside"))
    Import(dump, board, aside, source="bikes", since=0, grant_all=False, now=now).run(progress)
    last = {"Closing": 3, "Posts, figures": 3, "Tags, figures": 2}
    assert seen == {"Users": 3, "Posts": 3, "Answers": 1, "Comments": 1, "Votes": 4, **last}
    seen.clear()
    audit(dump, source="bikes", progress=progress)
    assert seen == {"Counting": 2, "Posts, figures": 3, "Tags, figures": 2}


def test_a_second_run_changes_nothing_and_says_so(dump, capsys):
    load(dump)
    before = state()
    capsys.readouterr()
    load(dump)
    assert state() == before
    assert "Votes: 0 taken over" in capsys.readouterr().out


def test_two_dumps_that_number_their_votes_alike_keep_them_all(dump):
    load(dump)
    call_command("import_stackexchange", str(dump), board="more-bikes")
    assert list(Post.objects.filter(number=1).values_list("score", flat=True)) == [1, 1]
    call_command("recount", check=True)


def test_a_cut_off_import_goes_on(dump):
    whole = (dump / "Comments.xml").read_text()
    (dump / "Comments.xml").write_text(whole.replace("</comments>", "<row"))
    with pytest.raises(CommandError):
        load(dump)
    (dump / "Comments.xml").write_text(whole)
    load(dump)
    assert [Post.objects.count(), ImportedVote.objects.count(), Topic.objects.get().best_answer.number] == [3, 2, 2]


def test_two_people_of_one_name_stay_two_and_a_native_name_is_not_taken(dump):
    native = native_member("Ann-Lee-1")
    load(dump)
    assert not Topic.objects.filter(author=native).exists()
    assert Member.objects.filter(name="Ann Lee").count() == 2


def test_entities_are_refused_and_nothing_is_written(dump):
    bomb = '<!DOCTYPE users [<!ENTITY a "aaaa">]><users><row Id="1" DisplayName="&a;" /></users>'
    (dump / "Users.xml").write_text(bomb)
    with pytest.raises(CommandError):
        load(dump)
    assert [Member.objects.count(), Topic.objects.count()] == [0, 0]


def test_imported_members_permit_nothing_unless_granted_for_a_demonstration(dump):
    load(dump)
    assert permits_of(Topic.objects.get().author_id) == frozenset()


def test_granted_for_a_demonstration(dump, capsys):
    load(dump, grant_all_for_demo=True)
    assert "Nobody really agreed" in capsys.readouterr().out
    assert "profiling:onsite" in permits_of(Topic.objects.get().author_id)


def grants(person):
    return [(entry.at, entry.granted) for entry in history(person.pk)]


def test_a_second_run_grants_to_those_already_there_before_their_first_act(dump):
    early = USERS.replace("2010-01-02T03:04:05", "2012-01-02T03:04:05")
    (dump / "Users.xml").write_text(early, encoding="utf-8")
    load(dump)
    before = [row for row in state() if row]
    ann = Topic.objects.get().author
    load(dump, grant_all_for_demo=True)
    assert "profiling:onsite" in permits_of(ann.pk)
    assert set(grants(ann)) == {(datetime(2010, 2, 1, 10, tzinfo=UTC), True)}
    assert [row for row in state() if row] == before
    once = grants(ann)
    load(dump, grant_all_for_demo=True)
    assert grants(ann) == once


def test_a_second_run_never_overrules_a_no(dump, now):
    load(dump, grant_all_for_demo=True)
    ann = Topic.objects.get().author
    for permission in permits_of(ann.pk):
        purpose, _, channel = permission.partition(":")
        withdraw(member_id=ann.pk, purpose=purpose, channel=channel, source="test", now=now)
    load(dump, grant_all_for_demo=True)
    assert permits_of(ann.pk) == frozenset()


def test_a_figure_that_does_not_come_out_is_reported(dump, capsys):
    load(dump)
    call_command("recount", check=True)
    assert "imports: answers and tags as stated: 0 differ" in capsys.readouterr().out
    answer = Post.objects.get(number=2)
    Imported.objects.filter(kind="Posts", local_id=answer.pk).delete()
    with pytest.raises(CommandError):
        call_command("recount", check=True)
    assert "bikes AnswerCount 10: 1, counted 0" in capsys.readouterr().out


def test_later_replies_do_not_disturb_the_dumps_figures(dump):
    (dump / "Posts.xml").write_text(POSTS.replace(' ClosedDate="2010-03-01T10:00:00.000"', ""), encoding="utf-8")
    load(dump)
    reply(Topic.objects.get())
    call_command("recount", check=True)


def test_an_import_notifies_nobody(dump):
    load(dump)
    drain()
    assert Notification.objects.count() == 0


def test_a_folder_without_posts_is_refused(tmp_path):
    with pytest.raises(CommandError):
        load(tmp_path)


@pytest.mark.long
@pytest.mark.serverless  # figures; how batches meet PostgreSQL is asked with smaller dumps
@pytest.mark.data
@pytest.mark.django_db(transaction=True)  # what batches commit PostgreSQL may tidy up and plan by
def test_a_whole_site_recomputes_exactly():
    call_command("import_stackexchange", str(STACK_EXCHANGE), board="bicycles")
    assert audit(STACK_EXCHANGE, source="bicycles") == {
        "Score": (1446, 1446),
        "CommentCount": (1446, 1446),
        "AnswerCount": (453, 453),
        "tag Count": (94, 94),
    }
    call_command("recount", check=True)
