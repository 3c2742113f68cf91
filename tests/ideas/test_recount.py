"""Kept numbers of contests, counted anew."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from community.members.api import Role
from ideas import services
from ideas.models import Contest, Idea
from tests.contests import RESULTS, SUBMISSION, VOTING, contest, idea, votes
from tests.people import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (VOTING, "kept and counted differ (how much is hidden with the counts)"),
        (RESULTS, "7 kept, 3 counted"),
    ],
)
def test_a_recount_tells_no_secret_tally(monkeypatch, capsys, at, said):
    one = idea(contest())
    votes(one, 3)
    Idea.objects.update(vote_count=7)
    monkeypatch.setattr(timezone, "now", lambda: at)
    with pytest.raises(CommandError, match="1 kept numbers differ"):
        call_command("recount", check=True)
    [line] = [line.strip() for line in capsys.readouterr().out.splitlines() if f"idea {one.pk}" in line]
    assert line == f"idea {one.pk}: {said}"


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
