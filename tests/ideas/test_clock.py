"""The machine’s clock is set back: no phase that was entered is left or entered again, and nobody is told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from community.inbox.models import Notification
from community.kernel.api import Conflict
from community.kernel.models import OutboxEvent
from community.members.api import Role
from ideas import queries
from ideas.counts import vote_differences
from ideas.models import Contest, Idea, Phase, VoteEvent
from ideas.receivers import home_feed
from ideas.services import advance_contests, cast_vote, decide, set_phases, submit_idea, withdraw_vote
from tests.contests import DECISION, DRAFT, PHASES, RESULTS, SUBMISSION, VOTING, contest, idea
from tests.people import member, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db

BEGINS = dict(PHASES)
STEPS = [
    pytest.param(timedelta(seconds=1), marks=pytest.mark.serverless),
    timedelta(hours=1),
    pytest.param(timedelta(days=400), marks=pytest.mark.serverless),
]


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Sets the clock of the relay and of every page."""

    def set_to(at):
        for where in ("ideas.views.pages", "ideas.views.desk", "ideas.receivers"):
            monkeypatch.setattr(f"{where}.now", lambda: at)

    set_to(DRAFT)
    return set_to


@pytest.fixture
def made():
    found = idea(contest(), member("maja"))
    cast_vote(voter=member("tom"), idea=found, now=VOTING)
    return found


def entered(kind):
    """The contest, with the relay having entered this phase at its time, and a clock that was set back by then."""
    advance_contests(now=BEGINS[kind])
    drain()
    return Contest.objects.prefetch_related("phases").get()


def state():
    kept = (Contest, Phase, Idea, VoteEvent, OutboxEvent, Notification)
    return [list(model.objects.order_by("pk").values()) for model in kept]


@pytest.mark.parametrize("back", STEPS)
@pytest.mark.parametrize("kind", BEGINS)
def test_a_phase_that_was_entered_is_not_left_and_not_entered_again(made, kind, back):
    found, before = entered(kind), state()
    assert found.phase_at(BEGINS[kind] - back) == kind
    assert [mark.kind for mark in queries.timeline(found, now=BEGINS[kind] - back) if mark.state == "now"] == (
        [] if kind == "results" else [kind]
    )
    for step in (back, back / 2, timedelta()):
        assert advance_contests(now=BEGINS[kind] - step) == 0
        drain()
    assert state() == before


def test_phases_nobody_logged_follow_the_clock_both_ways(made):
    found = Contest.objects.prefetch_related("phases").get()
    assert [found.phase_at(at) for at in (DECISION, VOTING, DRAFT)] == ["decision", "voting", "draft"]


def test_votes_go_on_and_no_idea_comes_in_before_its_time_comes_again(made):
    found, voter = entered("voting"), member()
    before = VOTING - timedelta(minutes=5)
    cast_vote(voter=voter, idea=made, now=before)
    assert withdraw_vote(voter=voter, idea=made, now=before)
    with pytest.raises(Conflict):
        submit_idea(author=member(), contest=found, title="Late", source="Late", now=before)
    assert vote_differences() == []


def test_no_vote_comes_in_once_the_decision_was_entered(made):
    entered("decision")
    with pytest.raises(Conflict):
        cast_vote(voter=member(), idea=made, now=DECISION - timedelta(minutes=5))


@pytest.mark.parametrize(
    ("kind", "at"), [("decision", DECISION - timedelta(minutes=5)), ("results", RESULTS - timedelta(minutes=5))]
)
def test_an_author_is_told_of_a_decision_once(made, kind, at):
    entered(kind)
    decide(
        actor=staff(Role.BRAND_MANAGER, "boss"), idea=made, decision="adopted", reason_en="Yes", reason_zh="好", now=at
    )
    drain()
    advance_contests(now=RESULTS)
    drain()
    told = Notification.objects.filter(recipient=made.author, kind="ideas.decided")
    assert [(notice.count, notice.title) for notice in told] == [(1, made.title)]


def test_phases_that_begin_later_are_moved_to_after_those_that_were_entered(made):
    VoteEvent.objects.all().delete()
    boss, found, at = staff(Role.BRAND_MANAGER, "boss"), entered("voting"), SUBMISSION + timedelta(days=1)
    later = [(kind, begins + timedelta(days=1)) for kind, begins in PHASES]
    set_phases(actor=boss, contest=found, phases=later, now=at)
    assert dict(Phase.objects.values_list("kind", "starts_at")) == BEGINS | {
        "decision": DECISION + timedelta(days=1),
        "results": RESULTS + timedelta(days=1),
    }


@pytest.mark.serverless
@pytest.mark.parametrize("kind", BEGINS)
def test_every_page_opens_and_shows_what_it_showed(made, kind, clock):
    found = entered(kind)
    boss = staff(Role.BRAND_MANAGER, "boss")
    pages = ["/contests/", found.get_absolute_url(), made.get_absolute_url(), f"{found.get_absolute_url()}since/", "/"]
    pages += [f"/workbench/contests/{found.slug}/", "/workbench/contests/", "/workbench/"]

    def shown(at):
        clock(at)
        desk, guest = Client(), Client()
        desk.force_login(boss)
        answers = [client.get(page) for page in pages for client in (desk, guest)]
        phases = [mark.state for mark in queries.timeline(found, now=at)]
        return [answer.status_code for answer in answers], phases, [item.at for item in home_feed(None, 5)]

    assert shown(BEGINS[kind] - timedelta(days=400)) == shown(BEGINS[kind])
