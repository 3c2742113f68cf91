"""``manage.py add_board``."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from forums.enums import Readership
from forums.models import Board

pytestmark = pytest.mark.django_db


def test_a_board_is_made_once(client, capsys):
    for title in ("Garage", "Another"):
        call_command("add_board", "garage", title, "车库夜话", "--about-en", "After work.")
    assert capsys.readouterr().out == "/boards/garage/ is here.\n" * 2
    assert (Board.objects.get().title_en, Board.objects.get().about_en) == ("Garage", "After work.")
    assert client.get("/boards/garage/").status_code == 200


def test_a_board_of_the_brand_is_for_the_brand(client):
    call_command("add_board", "desk", "Desk", "值班", "--readers", "staff")
    assert client.get("/boards/desk/").status_code == 404


def test_the_database_refuses_readers_nobody_knows():
    made = Board.objects.create(slug="desk", readers=Readership.STAFF)
    with pytest.raises(IntegrityError), transaction.atomic():
        Board.objects.filter(pk=made.pk).update(readers="friend")
    with pytest.raises(CommandError):
        call_command("add_board", "garage", "A", "甲", readers="friend")
    assert list(Board.objects.values_list("slug", "readers")) == [("desk", "staff")]


@pytest.mark.parametrize(
    "words", [("no slug", "A", "甲"), ("new", "A", "甲"), ("a" * 61, "A", "甲"), ("a", "A" * 81, "甲"), ("a", "", "甲")]
)
def test_what_is_no_address_or_too_long_is_refused(words):
    with pytest.raises(CommandError):
        call_command("add_board", *words)
    assert not Board.objects.exists()
