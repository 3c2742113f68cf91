"""Importing comments from a table."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from community.consent.api import history, permits_of
from community.kernel.models import OutboxEvent
from community.members.api import Member
from forums.importers.comments import Import, moment, title_of, username_of
from forums.models import Board, Imported, Post, Topic
from tests.people import member as native_member

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TABLE = """content_id,content,subject
a1,动力不错。油耗也低,动力
a1,动力不错。油耗也低,油耗
b2,"内饰
一般",内饰
c3,   ,空间
"""
DATED = """Date;Author;Content
2019-05-02 10:00;Ann Lee;Second thoughts
2018-04-01;Ann Lee;First thoughts
soon;Bo;No date
"""


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "comments.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return str(path)

    return write


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Member, Board, Topic, Post, Imported)]


def load(path, **options):
    call_command("import_comments", path, board="talk", **options)


def test_rows_of_one_id_are_one_post_of_the_member_of_that_name(table):
    load(table(TABLE), language="zh-hans")
    topics = Topic.objects.order_by("pk").values_list("title", "author__username", "author__language", "language")
    assert list(topics) == [
        ("动力不错", "a1", "zh-hans", "zh-hans"),
        ("内饰", "b2", "zh-hans", "zh-hans"),
    ]
    assert list(Post.objects.order_by("pk").values_list("text", flat=True)) == ["动力不错。油耗也低", "内饰 一般"]
    call_command("recount", check=True)


def test_an_author_is_one_member_who_joined_with_the_first_comment(table):
    load(table(DATED))
    ann = Member.objects.get(name="Ann Lee")
    assert (ann.username, ann.joined_at, ann.language) == ("Ann-Lee", datetime(2018, 4, 1, tzinfo=UTC), "en")
    times = Topic.objects.filter(author=ann).order_by("opened_at").values_list("title", "opened_at")
    assert list(times) == [
        ("First thoughts", datetime(2018, 4, 1, tzinfo=UTC)),
        ("Second thoughts", datetime(2019, 5, 2, 10, tzinfo=UTC)),
    ]


def test_what_was_not_understood_is_said(table, capsys):
    load(table(DATED))
    assert "1 dates were not understood" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(table, encoding):
    load(table(TABLE, encoding))
    assert list(Topic.objects.order_by("pk").values_list("title", flat=True)) == ["动力不错", "内饰"]


def test_a_second_run_changes_nothing_and_says_so(table, capsys):
    path = table(TABLE)
    load(path, grant_all_for_demo=True)
    before = [*state(), OutboxEvent.objects.count()]
    capsys.readouterr()
    load(path, grant_all_for_demo=True)
    assert [*state(), OutboxEvent.objects.count()] == before
    assert "0 comments by 0 new members taken over, 3 rows were here" in capsys.readouterr().out


def test_rows_without_ids_and_authors_are_still_taken_over_once(table):
    path = table("content\nRoof racks\nRoof racks\nTyres\n")
    load(path)
    before = state()
    load(path)
    assert (state(), Topic.objects.count(), Member.objects.count()) == (before, 2, 2)


def test_a_cut_off_import_goes_on(table, monkeypatch):
    monkeypatch.setattr("forums.importers.comments.BATCH", 1)
    text = "content_id,content\n" + "".join(f"id{n},Comment {n}\n" for n in range(4))
    path = table(text)

    class CutOffError(Exception):
        pass

    def cut(found, name, _total):
        for at, each in enumerate(found):
            if name == "Comments" and at == 2:
                raise CutOffError
            yield each

    work = Import(Path(path), grant_all=False, now=NOW)
    work.read(cut)
    board = Board.objects.create(slug="talk", title_en="Talk", title_zh="聊")
    with pytest.raises(CutOffError):
        work.run(board, cut)
    assert Topic.objects.count() == 2
    load(path)
    assert list(Topic.objects.order_by("pk").values_list("title", flat=True)) == [f"Comment {n}" for n in range(4)]


def test_a_name_somebody_bears_here_is_not_taken(table):
    native = native_member("a1")
    load(table(TABLE))
    assert not Topic.objects.filter(author=native).exists()
    assert Member.objects.filter(username="a1-a").exists()


def test_authors_who_look_alike_stay_apart(table):
    names = ["Tom", "tom", "T0m", *(f"tom{'_' * n}" for n in range(1, 12))]
    load(table("author,content\n" + "".join(f"{name},I am {name}\n" for name in names)))
    assert Member.objects.count() == len(names)


@pytest.mark.parametrize(
    ("table_text", "said"),
    [
        ("", "empty"),
        ("text,subject\nhello,x\n", 'no column "content" in the first line. Columns found: text, subject'),
        ("content\n\n   \n", "No row has a text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        (b"content\n\xff\xff\xff\n", "neither UTF-8"),
        ("content\n" + "x" * 10_000_001 + "\n", "never closed"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_nothing_is_written(table, table_text, said):
    with pytest.raises(CommandError, match=said):
        load(table(table_text))
    assert [Board.objects.count(), Member.objects.count(), Imported.objects.count()] == [0, 0, 0]


def test_a_missing_file_and_a_bad_slug_are_refused(table):
    with pytest.raises(CommandError, match="is no file"):
        load("/nowhere.csv")
    with pytest.raises(CommandError, match="--board no slug"):
        call_command("import_comments", table(TABLE), board="no slug")


def test_a_text_longer_than_a_post_is_left_out_with_its_line(table, capsys):
    load(table("content\nshort\n" + "x" * 200_000 + "\n"))
    assert Topic.objects.count() == 1
    assert "1 comments of more than 40,000 characters left out (line 3)" in capsys.readouterr().out


def test_columns_may_be_missing_in_rows_or_too_many(table):
    load(table("content_id,author,content\nx1\nx2,Bo,Hello,more,and more\nx3,,Hi\n"))
    assert list(Topic.objects.order_by("pk").values_list("author__username", "title")) == [
        ("Bo", "Hello"),
        ("x3", "Hi"),
    ]


def test_texts_are_shown_as_they_are(table):
    said = "# 1. *stars* <b>&lt;</b> [x](y) `code`\n- minus\n2) two\n> quote\n    indented"
    load(table('content\n"' + said + '"\n'))
    shown = "# 1. *stars* <b>&lt;</b> [x](y) `code` - minus 2) two > quote indented"
    assert Post.objects.get().text == shown


def test_imported_members_permit_nothing_unless_granted_for_a_demonstration(table):
    load(table(TABLE))
    assert permits_of(Member.objects.get(username="a1").pk) == frozenset()


def test_grants_are_never_later_than_the_acts_and_also_reach_who_was_here(table, capsys):
    path = table(DATED)
    load(path)
    load(path, grant_all_for_demo=True)
    assert "Nobody really agreed" in capsys.readouterr().out
    for topic in Topic.objects.all():
        assert "profiling:onsite" in permits_of(topic.author_id)
        assert all(entry.at <= topic.opened_at for entry in history(topic.author_id))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2018-10-01", datetime(2018, 10, 1, tzinfo=UTC)),
        ("2018-10-01T08:00:00+08:00", datetime(2018, 10, 1, tzinfo=UTC)),
        ("2018/10/1 07:05", datetime(2018, 10, 1, 7, 5, tzinfo=UTC)),
        ("2018年10月1日", datetime(2018, 10, 1, tzinfo=UTC)),
        ("1538352000", datetime(2018, 10, 1, tzinfo=UTC)),
        ("1538352000123", datetime(2018, 10, 1, tzinfo=UTC)),
        ("2999-01-01", NOW),
        ("0001-01-01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_as_tables_write_them(text, at):
    assert moment(text, now=NOW) == at


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("动力不错。油耗也低", "动力不错"),
        ("！！！真的好", "真的好"),
        ("。。。", "。。。"),
        ("2.0T is enough. Really", "2.0T is enough"),
        ("很" * 50 + "，" + "好" * 50, "很" * 50 + "…"),
        ("很" * 100, "很" * 60 + "…"),
    ],
)
def test_a_title_is_the_first_sentence(content, title):
    assert title_of(content) == title


@pytest.mark.parametrize(
    ("author", "username"),
    [("vUXizsqexyZVRdFH", "vUXizsqexyZVRdFH"), ("Ann  Lee", "Ann-Lee"), ("张三/丰", "张三-丰"), ("../x", "x")],
)
def test_usernames(author, username):
    assert username_of(author) == username


def test_an_author_without_letters_gets_a_name():
    assert username_of("☺").startswith("member-")
