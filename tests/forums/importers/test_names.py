"""Nobody is imported under a name by which they would pass for the brand or one of its people."""

import pytest
from django.core.management import call_command

from community.members.api import Member, Role, change_space
from forums.models import Topic
from tests.forums.importers.dumps import USERS, load, state, write_dump
from tests.people import THEN, member, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def maja():
    """Somebody of the brand, with a shown name."""
    found = staff(Role.MODERATOR, "majal")
    change_space(member=found, name="Maja Lind", about="", language="en", now=THEN)
    return found


@pytest.fixture
def imported(tmp_path):
    """Import comments by these authors; gives each one's username and shown name."""

    def run(*authors, key=None):
        rows = "".join(f'"{author}",Text {number}\n' for number, author in enumerate(authors))
        (tmp_path / "table.csv").write_text(f"{key or 'author'},content\n{rows}", encoding="utf-8")
        call_command("import_comments", str(tmp_path / "table.csv"), board="talk")
        made = Topic.objects.filter(board__slug="talk").values("author")
        return list(Member.objects.filter(pk__in=made).order_by("pk").values_list("username", "name"))

    return run


@pytest.mark.parametrize(
    ("author", "username"),
    [
        ("admin", "member-"),
        ("客服", "member-"),
        ("Norling Support", "member-"),
        ("诺岭官方小助手", "member-"),
        ("Ad\u200bmin", "member-"),
        ("ａｄｍｉｎ", "member-"),
        ("guest", "guest-a"),
        ("系统", "系统-a"),
        ("Maja Lind", "Maja-Lind-a"),
        ("MAJA LlND", "MAJA-LlND-a"),
        ("majal", "majal-a"),
    ],
)
def test_an_author_who_would_pass_for_the_brand_is_told_apart(maja, imported, author, username):
    [(found, shown)] = imported(author)
    assert (found[: len(username)], shown) == (username, "")
    assert (len(found) == len("member-") + 8) == (username == "member-")


def test_it_is_the_same_in_every_run(maja, imported):
    names = ("admin", "Admin", "客服", "Maja Lind", "Ann Lee", "guest")
    before = imported(*names), state()
    assert len({username for username, _shown in before[0]}) == 6
    assert (imported(*names), state()) == before
    assert imported(*names, "admin 2")[:6] == before[0]


def test_an_id_is_told_apart_as_well(imported):
    assert [username[:7] for username, _shown in imported("admin", "x1", key="content_id")] == ["member-", "x1"]


def test_names_that_only_hold_such_a_word_are_taken_as_they_are(imported):
    assert imported("Stafford", "modern cars", "Ann Lee") == [
        ("Stafford", "Stafford"),
        ("modern-cars", "modern cars"),
        ("Ann-Lee", "Ann Lee"),
    ]


def test_users_of_a_dump_have_their_number(maja, tmp_path):
    users = USERS.replace('Id="1" DisplayName="Ann Lee"', 'Id="1" DisplayName="Norling Support"')
    users = users.replace('Id="2" DisplayName="Ann Lee"', 'Id="2" DisplayName="Maja Lind"')
    member("member-3")
    admin = '<row Id="3" DisplayName="Admin" CreationDate="2010-01-04" /></users>'
    load(write_dump(tmp_path, Users=users.replace("</users>", admin)))
    made = Member.objects.filter(password__startswith="!").exclude(name="deleted").order_by("pk")
    names = [("member-1", ""), ("Maja-Lind-2", ""), ("member-3-a", "")]
    assert list(made.values_list("username", "name")) == names
    before = state()
    load(tmp_path)
    assert state() == before
