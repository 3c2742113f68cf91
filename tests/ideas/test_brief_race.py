"""A brief that is published beside the first vote: the vote comes wholly after what it is given under.

The control takes the lock away: the vote is there before the rules are said otherwise.
"""

import threading
from collections import Counter

import pytest
from wagtail.models import Page

from community.pages.api import ensure_page
from community.pages.models import ContestPage
from ideas.models import Contest, Vote
from ideas.services import cast_vote
from tests.contests import VOTING, contest, idea
from tests.people import member
from tests.sites import ensure_site
from tests.threads import at_once, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
TEXTS = {"title": "A better boot", "lead": "Think.", "prize": "A roof box", "rules": "One vote."}
LONG_SECONDS = 1.5  # time enough for a vote that waits for nobody


@pytest.fixture
def beside(monkeypatch):
    """A vote that begins once the brief was looked at. Gives the errors, and whether it was done before the brief."""
    contest()
    texts = {language: {**TEXTS, "contest_slug": "better-boot"} for language in ("en", "zh")}
    ensure_page(ContestPage, ensure_site(), slug="brief", **texts)
    page = ContestPage.objects.get(locale__language_code="en")
    made, voter = idea(Contest.objects.get()), member("voter")
    looked, voted, first, look = threading.Event(), threading.Event(), [], Page.full_clean

    def slowly(self, *args, **options):
        look(self, *args, **options)
        looked.set()
        first.append(voted.wait(LONG_SECONDS))

    monkeypatch.setattr(Page, "full_clean", slowly)

    def publish():
        page.rules = "The brand chooses"
        page.save()

    def vote():
        looked.wait(20)
        cast_vote(voter=voter, idea=made, now=VOTING)
        voted.set()

    def play():
        return at_once([publish, vote]), first

    return play


def test_the_vote_waits_for_the_rules_it_is_given_under(beside):
    assert beside() == (Counter(), [False])
    assert ContestPage.objects.get(locale__language_code="en").rules == "The brand chooses"
    assert Vote.objects.count() == 1


def test_control_without_the_lock_the_rules_change_under_a_vote(beside):
    with no_locks():
        assert beside() == (Counter(), [True])
