"""``manage.py club_role``."""

import pytest
from django.core.management import CommandError, call_command

from clubs.models import Membership
from clubs.queries import hosts_of, members_of
from clubs.services import ensure_club, join_club
from community.members.api import erase_member
from tests.people import THEN, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def club():
    found = ensure_club(slug="camping", kind="circle", title_en="Camping", title_zh="露营", now=THEN)
    for name in ("ada", "ida", "maja"):
        join_club(member=member(name), club=found, now=THEN)
    return found


def roles():
    return dict(Membership.objects.values_list("member__username", "role"))


def test_who_leads_and_hosts_comes_first_and_is_shown(client, club, capsys):
    for name, role in (("maja", "host"), ("maja", "host"), ("ida", "leader")):
        call_command("club_role", "camping", name, role)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "/clubs/camping/: maja is host.",
        "/clubs/camping/: ida is leader.",
    ]
    assert [row.member.username for row in members_of(club)] == ["ida", "maja", "ada"]
    html = client.get("/clubs/camping/").content.decode()
    assert [name in html for name in ("/members/ida/", "/members/maja/")] == [True, True]
    call_command("club_role", "camping", "maja", "member")
    assert roles() == {"ada": "member", "ida": "leader", "maja": "member"}
    assert [row.member.username for row in hosts_of(club)] == ["ida"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("camping", "wen", "host"), "This member has not joined the club."),
        (("camping", "nobody", "host"), "No member has this user name."),
        (("skiing", "ada", "host"), "No club has this address."),
        (("camping", "ada", "king"), "invalid choice"),
    ],
)
def test_who_is_not_in_the_club_is_refused(club, words, says):
    member("wen")
    with pytest.raises(CommandError, match=says):
        call_command("club_role", *words)
    assert set(roles().values()) == {"member"}


def test_who_was_erased_has_no_role(club):
    ada = Membership.objects.get(member__username="ada").member
    erase_member(member=ada, now=THEN)
    with pytest.raises(CommandError, match="No member has this user name"):
        call_command("club_role", "camping", "ada", "host")
