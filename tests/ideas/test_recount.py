"""Kept numbers of contests, counted anew."""

import pytest
from django.core.management import CommandError, call_command

from community.members.api import Role
from ideas import services
from ideas.models import Contest
from tests.contests import SUBMISSION, contest, idea
from tests.people import staff

pytestmark = pytest.mark.django_db


def test_a_contest_counts_on_from_its_highest_number(capsys):
    manager = staff(Role.BRAND_MANAGER)
    found, empty = contest(actor=manager), contest("empty", actor=manager)
    idea(found)
    last = idea(found, title="A dry box")
    services.withdraw_idea(author=last.author, idea=last, now=SUBMISSION)
    call_command("recount", check=True)
    Contest.objects.update(idea_count=7)
    with pytest.raises(CommandError, match="2 kept numbers differ"):
        call_command("recount", check=True)
    assert "contest better-boot: 7 kept, 2 counted" in capsys.readouterr().out
    call_command("recount")
    assert dict(Contest.objects.values_list("pk", "idea_count")) == {found.pk: 2, empty.pk: 0}
    call_command("recount", check=True)
