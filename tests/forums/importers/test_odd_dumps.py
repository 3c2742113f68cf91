"""Dumps with gaps, in other encodings, and imports that are run again after people acted here."""

import re
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import Member
from forums.importers.figures import audit
from forums.importers.values import handle_of, title_of, vote_number
from forums.models import ImportedFigure, ImportedVote, Post, Topic
from forums.services import choose_best_answer, delete_post, set_closed
from tests.forums.importers.dumps import COMMENTS, POSTS, TAGS, VOTES, load, state, write_dump
from tests.forums.places import first_post
from tests.people import Role, staff

pytestmark = pytest.mark.django_db

QUESTION = '<row Id="{id}" PostTypeId="1" Title="{title}" Body="b" OwnerUserId="1" CreationDate="{at}" {more} />'


def posts(*rows):
    return f"<posts>{''.join(rows)}</posts>"


def question(number, *, at="2010-02-01T10:00:00.000", title="", more=""):
    return QUESTION.format(id=number, title=title or f"Question {number}", at=at, more=more)


def test_answers_that_stand_before_their_question_come_with_it_in_one_run(tmp_path, capsys):
    answer = '<row Id="{}" PostTypeId="2" ParentId="{}" Body="a" OwnerUserId="2" CreationDate="2010-03-01T10:00:00" />'
    early = posts(answer.format(3, 20), answer.format(4, 99), question(20), answer.format(5, 20))
    load(write_dump(tmp_path, Posts=early))
    assert Topic.objects.get().post_count == 3
    assert "Posts: 3 taken over, 1 without a place" in capsys.readouterr().out
    before = state()
    load(tmp_path)
    assert state() == before


def test_two_rows_with_one_id_are_one_topic(tmp_path):
    load(write_dump(tmp_path, Posts=posts(question(1), question(1, title="Again"))))
    assert Topic.objects.get().title == "Question 1"


@pytest.mark.parametrize(
    ("name", "external", "handle"),
    [
        ("Ann Lee", "7", "Ann-Lee-7"),
        ("Bartholomew Montgomery-Smythe", "1234567", "Bartholomew-Montgome-1234567"),
        ("Bartholomew Montgomery-Smythe", "1234568", "Bartholomew-Montgome-1234568"),
        ("Bartholomew-Montgomery-Smy-12", "12", "Bartholomew-Montgomery-Sm-12"),
        ("…", "12", "member-12"),
        ("Ann", "9" * 27, "member-" + "9" * 27),
    ],
)
def test_the_whole_number_stands_behind_a_name_however_long(name, external, handle):
    assert handle_of({"Id": external, "DisplayName": name}) == handle


def test_people_taken_over_under_another_handle_are_who_they_were(tmp_path):
    """An older version cut the number behind a long name."""
    name = "Bartholomew Montgomery-Smythe"
    users = f'<users><row Id="1234567" DisplayName="{name}" CreationDate="2010-01-02T03:04:05.000" /></users>'
    load(write_dump(tmp_path, Users=users))
    Member.objects.filter(name=name).update(username="Bartholomew-Montgomer-123456")
    before = state()
    load(tmp_path)
    assert state() == before


@pytest.mark.serverless
@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "GB18030", "big5", "windows-1252", "utf-16"])
def test_a_dump_in_another_encoding(tmp_path, encoding):
    title = "Wörter" if encoding == "windows-1252" else "公路"
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + posts(question(1, title=title))
    write_dump(tmp_path)
    (tmp_path / "Posts.xml").write_bytes(text.encode(encoding))
    load(tmp_path)
    assert Topic.objects.get().title == title


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("klingon", "the encoding klingon is not known"), ("rot13", "rot13 is not known"), ("gbk", "can't decode")],
)
def test_a_file_that_cannot_be_decoded_is_named(tmp_path, encoding, said):
    write_dump(tmp_path)
    text = f'<?xml version="1.0" encoding="{encoding}"?><posts>\xff\xff</posts>'
    (tmp_path / "Posts.xml").write_bytes(text.encode("latin-1"))
    with pytest.raises(CommandError, match=rf"^Posts\.xml: .*{said}"):
        load(tmp_path)


@pytest.mark.serverless
@pytest.mark.parametrize("text", ["<posts><row", "<!DOCTYPE a [<!ENTITY a 'a'>]><posts>&a;</posts>"])
def test_a_file_that_is_no_xml_is_named(tmp_path, text):
    with pytest.raises(CommandError, match=r"^Comments\.xml: "):
        load(write_dump(tmp_path, Comments=text))


@pytest.mark.serverless
def test_file_names_may_be_written_in_lower_case(tmp_path):
    for path in list(write_dump(tmp_path).iterdir()):
        path.rename(path.with_name(path.name.lower()))
    load(tmp_path)
    assert [Post.objects.count(), ImportedVote.objects.count()] == [3, 2]


def test_a_folder_that_is_none_and_a_bad_board_are_refused(tmp_path):
    write_dump(tmp_path)
    with pytest.raises(CommandError, match=r"has no Posts\.xml"):
        load(tmp_path / "nowhere")
    with pytest.raises(CommandError, match="--board no slug"):
        call_command("import_stackexchange", str(tmp_path), board="no slug")


def test_ids_longer_than_can_be_kept_still_tell_things_apart(tmp_path):
    one, two = "x" * 100 + "1", "x" * 100 + "2"
    answer = f'<row Id="a" PostTypeId="2" ParentId="{two}" Body="To two" OwnerUserId="{one}" />'
    load(write_dump(tmp_path, Posts=posts(question(one), question(two), answer)))
    assert list(Topic.objects.order_by("pk").values_list("title", "post_count")) == [
        (f"Question {one}"[:200], 1),
        (f"Question {two}"[:200], 2),
    ]
    before = state()
    load(tmp_path)
    assert state() == before


def test_numbers_beyond_what_databases_hold_are_cut(tmp_path):
    uncounted = {"Votes": "", "Comments": ""}
    load(write_dump(tmp_path, Posts=posts(question(1, more='Score="99999999999" CommentCount="-5"')), **uncounted))
    assert (first_post(Topic.objects.get()).score, first_post(Topic.objects.get()).comment_count) == (2**31 - 1, 0)


def test_votes_are_told_apart_by_whatever_id_they_have(tmp_path, capsys):
    vote = '<row {} PostId="10" VoteTypeId="2" />'
    ids = ('Id="a"', 'Id="b"', 'Id="7"', 'Id="a"', "")
    load(write_dump(tmp_path, Votes=f"<votes>{''.join(vote.format(each) for each in ids)}</votes>"))
    assert "Votes: 3 taken over, 1 without a place" in capsys.readouterr().out
    assert set(ImportedVote.objects.values_list("external_id", flat=True)) == {vote_number("a"), vote_number("b"), 7}
    load(tmp_path)
    assert "Votes: 0 taken over, 1 without a place" in capsys.readouterr().out


def test_times_that_cannot_be_are_now_or_long_ago(tmp_path):
    before = now()
    load(write_dump(tmp_path, Posts=posts(question(1, at="2199-01-01T00:00:00"), question(2, at="0001-01-01"))))
    late, early = Topic.objects.order_by("pk").values_list("last_post_at", flat=True)
    assert before <= late <= now()
    assert early == datetime(2008, 1, 1, tzinfo=UTC)


def test_what_moderators_changed_stays_when_the_import_is_run_again(tmp_path):
    moderator = staff(Role.MODERATOR)
    load(write_dump(tmp_path))
    topic = Topic.objects.get()
    set_closed(actor=moderator, topic=topic, closed=False, now=now())
    choose_best_answer(member=moderator, post=topic.best_answer, chosen=False, now=now())
    before = [*state(), OutboxEvent.objects.count()]
    load(tmp_path)
    assert [*state(), OutboxEvent.objects.count()] == before
    topic.refresh_from_db()
    assert (topic.closed, topic.best_answer) == (False, None)


def test_a_later_dump_adds_to_a_closed_topic_and_leaves_a_deleted_one_alone(tmp_path, capsys):
    load(write_dump(tmp_path))
    more = COMMENTS.replace("</comments>", '<row Id="6" PostId="10" Text="Late" UserId="2" /></comments>')
    load(write_dump(tmp_path, Comments=more))
    assert Post.objects.filter(text="Late", topic__closed=True).count() == 1
    delete_post(actor=staff(Role.MODERATOR), post=Post.objects.get(number=1), now=now())
    capsys.readouterr()
    load(write_dump(tmp_path, Comments=more.replace('Id="6"', 'Id="7"')))
    assert "Comments: 0 taken over, 1 without a place" in capsys.readouterr().out


def test_a_deleted_answer_is_not_accepted(tmp_path):
    load(write_dump(tmp_path, Posts=POSTS.replace('AcceptedAnswerId="11"', "")))
    delete_post(actor=staff(Role.MODERATOR), post=Post.objects.get(number=2), now=now())
    ImportedFigure.objects.all().delete()
    load(write_dump(tmp_path, Posts=POSTS.replace("ClosedDate", "Other")))
    assert Topic.objects.get().best_answer is None


@pytest.mark.parametrize(
    ("missing", "without", "kept"),
    [
        ("Votes", "Score", "score"),
        ("Comments", "CommentCount", "comment_count"),
    ],
)
@pytest.mark.serverless
def test_a_figure_of_a_missing_file_is_kept_as_stated_and_not_checkable(tmp_path, capsys, missing, without, kept):
    write_dump(tmp_path)
    (tmp_path / f"{missing}.xml").unlink()
    load(tmp_path)
    stated = list(Post.objects.order_by("pk").values_list(kept, flat=True))
    assert stated == ([1, -1, 0] if missing == "Votes" else [0, 1])
    capsys.readouterr()
    call_command("recount", check=True)
    assert f"  not checkable: bikes: {without}\n" in capsys.readouterr().out
    call_command("recount")
    assert list(Post.objects.order_by("pk").values_list(kept, flat=True)) == stated
    figures = audit(tmp_path, source="bikes")
    assert figures[without] is None
    assert [name for name, found in figures.items() if found is None] == [without]
    load(tmp_path)
    assert f"{without}: not checkable" in capsys.readouterr().out


def test_once_the_missing_file_is_there_its_figure_is_counted(tmp_path, capsys):
    write_dump(tmp_path)
    (tmp_path / "Votes.xml").unlink()
    load(tmp_path)
    load(write_dump(tmp_path, Votes=VOTES))
    Post.objects.update(score=7)
    capsys.readouterr()
    call_command("recount")
    assert "not checkable" not in capsys.readouterr().out
    assert list(Post.objects.order_by("pk").values_list("score", flat=True)) == [1, -1, 0]


@pytest.mark.serverless
def test_a_missing_column_is_a_missing_figure(tmp_path):
    bare = re.sub(r'(Score|CommentCount|AnswerCount)="-?\d"', "", POSTS)
    votes = VOTES.replace("VoteTypeId", "Kind")
    load(write_dump(tmp_path, Posts=bare, Tags=TAGS.replace("Count", "Number"), Votes=votes))
    assert audit(tmp_path, source="bikes") == {
        "Score": None,
        "CommentCount": (0, 0),
        "AnswerCount": (0, 0),
        "tag Count": (0, 0),
    }
    assert Post.objects.get(number=2).comment_count == 1
    call_command("recount", check=True)


def test_scores_that_are_not_stated_are_counted(tmp_path):
    load(write_dump(tmp_path, Posts=POSTS.replace('Score="1"', "").replace('Score="-1"', "")))
    assert list(Post.objects.order_by("pk").values_list("score", flat=True)) == [1, -1, 0]
    call_command("recount", check=True)


def test_figures_are_kept_once(tmp_path):
    load(write_dump(tmp_path))
    kept = list(ImportedFigure.objects.order_by("pk").values())
    load(tmp_path)
    assert list(ImportedFigure.objects.order_by("pk").values()) == kept
    load(write_dump(tmp_path, Tags=TAGS.replace('"roof" Count="1"', '"roof" Count="2"')))
    changed = {(figure.name, figure.external_id): figure.value for figure in ImportedFigure.objects.all()}
    assert changed == {("AnswerCount", "10"): 1, ("tag Count", "rack"): 1, ("tag Count", "roof"): 2}


def test_users_without_dates_names_or_with_one_id_twice(tmp_path):
    rows = ('Id="1"', 'Id="1" DisplayName="Bo"', 'Id="2" DisplayName="  " AboutMe="&lt;b"')
    load(write_dump(tmp_path, Users=f"<users>{''.join(f'<row {row} />' for row in rows)}</users>"))
    assert set(Member.objects.exclude(name="deleted").values_list("name", flat=True)) == {"#1", "#2"}


@pytest.mark.parametrize("title", ["", " ", "\u200b", "\u3164\u2800"])
def test_a_question_whose_title_is_not_seen_is_called_by_its_number(title):
    assert title_of({"Id": "7", "Title": title}) == "#7"
