"""Importing comments from a table."""

import codecs
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from community.consent.api import history, permits_of
from community.kernel.api import Invalid
from community.kernel.models import OutboxEvent
from community.members.api import Member, members_named
from forums.importers.comments import Import, title_of, username_of
from forums.importers.times import moment
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
    assert "1 dates were not understood (line 4)" in capsys.readouterr().out


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
    told = capsys.readouterr().out
    assert "0 comments by 0 new members taken over, 2 were here from an earlier run." in told
    assert "1 rows repeat a content_id of this file" in told
    assert "1 rows without a text" in told


def test_rows_without_ids_are_comments_of_their_own_even_where_they_say_the_same(table, capsys):
    path = table("content\nRoof racks\nRoof racks\nTyres\nRoof racks\n")
    load(path)
    before = state()
    assert (Topic.objects.count(), Member.objects.count()) == (4, 4)
    capsys.readouterr()
    load(path)
    assert state() == before
    assert "4 were here from an earlier run.\n" in capsys.readouterr().out
    load(table("content\nTyres\nRoof racks\n"))
    assert state() == before


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


def test_an_author_is_the_same_member_in_every_board(table):
    load(table("author,content,date\nAnn Lee,One,2018-05-01\n"))
    path = table("author,content,date\nAnn Lee,Two,2017-05-01\nBo,Three,2018-05-01\n")
    call_command("import_comments", path, board="more")
    assert list(Topic.objects.order_by("pk").values_list("board__slug", "author__username")) == [
        ("talk", "Ann-Lee"),
        ("more", "Ann-Lee"),
        ("more", "Bo"),
    ]
    call_command("import_comments", path, board="more", grant_all_for_demo=True)
    ann = Member.objects.get(username="Ann-Lee")
    assert {entry.at for entry in history(ann.pk)} == {datetime(2017, 5, 1, tzinfo=UTC)}


def test_ids_that_only_look_alike_are_the_usernames_all_the_same(table):
    ids = ["ABC", "abc", "11", "l1", "a" * 80, "Il", "１２"]
    load(table("content_id,content\n" + "".join(f"{name},I am {name}\n" for name in ids)))
    load(table("content_id,content\nAbc,I came later\n"))
    assert list(Member.objects.order_by("pk").values_list("username", flat=True)) == [*ids[:-1], "12", "Abc"]
    member = Member.objects.get(username="abc")
    member.about = "Changed"
    member.save()
    assert members_named(["Abc", "ABC"]) == {
        "Abc": Member.objects.get(username="Abc").pk,
        "ABC": Member.objects.get(username="ABC").pk,
    }
    with pytest.raises(Invalid):
        native_member("aBC")


def test_two_authors_of_one_handle_are_told_apart(table):
    load(table("author,content\na.b,One\na-b,Two\na b,Three\n"))
    assert list(Member.objects.order_by("pk").values_list("username", "name")) == [
        ("a-b", "a.b"),
        ("a-b-a", "a-b"),
        ("a-b-b", "a b"),
    ]


def test_a_name_that_looks_like_somebodys_here_is_not_taken(table):
    native_member("abc")
    load(table("content_id,content\nABC,One\nAbc,Two\n"))
    assert list(Member.objects.order_by("pk").values_list("username", flat=True)) == ["abc", "ABC-a", "Abc-a"]


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


@pytest.mark.parametrize(
    ("table_text", "said"),
    [
        ('content\nfine\n"open, and\nso on\n"x",y\n', None),
        ('content\nfine\n"open\nso on\n', "The quotation mark of the row in line 3 is never closed"),
        ('content\n"two\nlines"\n"open', "The quotation mark of the row in line 4 is never closed"),
        (b"content\n" + "好的\n坏".encode() + b"\xff\n", "Line 3 has a byte that is not UTF-8"),
        (b"content\nfine\ncaf\xe9 \n", r"neither UTF-8 \(line 3\), UTF-16 nor GB 18030 \(line 3\)"),
        (codecs.BOM_UTF16_LE + "content\n好\n".encode("utf-16-le") + b"\x00\xd8\n\x00", "Line 3 is not UTF-16"),
    ],
)
def test_a_fault_is_told_with_its_line(table, capsys, table_text, said):
    if said:
        with pytest.raises(CommandError, match=said):
            load(table(table_text))
        assert Board.objects.count() == 0
    else:
        load(table(table_text))
        assert "1 rows go over several lines and have text behind a closing quotation mark (line 3)" in (
            capsys.readouterr().out
        )


@pytest.mark.parametrize("before", ["sep=;\n", '"sep=;"\r\n', "\n\n  \n", "\ufeff\n", "\ufeffsep=;\n\n"])
def test_lines_before_the_names_of_the_columns(table, before):
    load(table(f"{before}content;content_id\nHello, you;x1\n"))
    assert list(Topic.objects.values_list("title", "author__username")) == [("Hello, you", "x1")]


def test_marks_that_databases_refuse_are_left_out_wherever_they_stand(table):
    rows = "".join(f"id{n},Author {n},Text {n}\n" for n in range(400))
    load(table(f"content_id,author,content\n{rows}a\0b,c\0d,e\0f\n"))
    assert Topic.objects.values_list("title", "author__name").last() == ("ef", "cd")
    assert Imported.objects.filter(external_id="ab").exists()


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
        ("2018/10/1 07:05:09", datetime(2018, 10, 1, 7, 5, 9, tzinfo=UTC)),
        ("2018-10-1 7:05", datetime(2018, 10, 1, 7, 5, tzinfo=UTC)),
        ("2018.1.2", datetime(2018, 1, 2, tzinfo=UTC)),
        ("2018年10月1日", datetime(2018, 10, 1, tzinfo=UTC)),
        ("2018年1月2日13时05分", datetime(2018, 1, 2, 13, 5, tzinfo=UTC)),
        ("2018年1月2日 13:05:07", datetime(2018, 1, 2, 13, 5, 7, tzinfo=UTC)),
        ("2018年1月2日13点", datetime(2018, 1, 2, 13, tzinfo=UTC)),
        ("2018/10/1 7:05:00.0", datetime(2018, 10, 1, 7, 5, tzinfo=UTC)),
        ("2018/10/112:30", None),
        ("2018-10-017:05", None),
        ("2018年13月2日", None),
        ("2018-02-30 07:05", None),
        ("1538352000.5", datetime(2018, 10, 1, tzinfo=UTC)),
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
        ("\u200b。真的好", "真的好"),
        ("\u200b", "…"),
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
