"""``manage.py add_circle``."""

import pytest
from django.core.management import CommandError, call_command

from clubs.models import Club
from forums.models import Board

pytestmark = pytest.mark.django_db


def test_a_circle_is_made_once_with_its_board(client, capsys):
    for title in ("Nights Out", "Another"):
        call_command("add_circle", "camping", title, "在外过夜", "--keywords", "camping", "roof tent")
    assert capsys.readouterr().out == "/clubs/camping/ is here.\n" * 2
    club = Club.objects.get()
    assert (club.title_en, club.kind, club.keywords) == ("Nights Out", "circle", ["camping", "roof tent"])
    assert Board.objects.get().club_slug == "camping"
    assert client.get("/clubs/camping/").status_code == 200


@pytest.mark.parametrize("words", [("no slug", "A", "甲"), ("new", "A", "甲"), ("a", "A" * 81, "甲"), ("a", "A", "")])
def test_what_is_no_address_or_too_long_is_refused(words):
    with pytest.raises(CommandError):
        call_command("add_circle", *words)
    assert not Club.objects.exists()
