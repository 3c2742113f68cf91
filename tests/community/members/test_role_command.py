"""``manage.py role``."""

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from community.members.api import Member, Role, cards, has_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return Member.objects.create_user("ada", "ada@example.org", "a long password")


def fresh(member):
    return Member.objects.get(pk=member.pk)


def test_a_role_is_given_shown_and_taken(ada, capsys):
    call_command("role", "ada", "marketer", "--title", "Marketing, Norling", "--title-zh", "诺岭市场部")
    call_command("role", "ada", "moderator")
    assert has_role(fresh(ada), Role.MARKETER)
    assert (fresh(ada).is_staff, fresh(ada).title) == (True, "Marketing, Norling")
    capsys.readouterr()
    call_command("role")
    assert capsys.readouterr().out.split() == ["ada", "marketer,", "moderator"]
    call_command("role", "ada", "none")
    assert capsys.readouterr().out.split() == ["ada", "none"]
    assert not has_role(fresh(ada), *Role)
    assert (fresh(ada).is_staff, fresh(ada).title, fresh(ada).title_zh) == (False, "", "")


def test_a_title_is_read_in_the_readers_language_or_in_the_one_there_is(ada):
    call_command("role", "ada", "marketer", "--title", "Marketing")
    with override("zh-hans"):
        assert cards([ada.pk])[ada.pk].title == "Marketing"
    call_command("role", "ada", "marketer", "--title-zh", "诺岭市场部")
    assert cards([ada.pk])[ada.pk].title == "Marketing"
    with override("zh-hans"):
        assert cards([ada.pk])[ada.pk].title == "诺岭市场部"


def test_a_superuser_without_a_role_stays_one(capsys):
    root = Member.objects.create_superuser("root", "root@example.org", "a long password")
    call_command("role", "root", "marketer")
    call_command("role", "root", "none")
    assert (fresh(root).is_staff, fresh(root).is_superuser) == (True, True)
    assert capsys.readouterr().out.split() == ["root", "marketer,", "superuser", "root", "superuser"]


@pytest.mark.parametrize("words", [("nobody", "marketer"), ("ada", "king")])
def test_who_or_what_is_not_there_is_said(ada, words):
    with pytest.raises(CommandError):
        call_command("role", *words)
