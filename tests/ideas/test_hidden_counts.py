"""Before the counts are shown no channel tells of them: whatever the tally or the decision, it says the same.

Each channel is read twice, with two different tallies. While counts are hidden both answers are equal; once they are
shown the answers differ where counts belong, so that the comparison is known to see them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from community.inbox.models import LiveMessage, Notification
from community.kernel.models import OutboxEvent
from community.members.api import Member, Role
from crm_bridge.mirror.explain import as_json
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.receivers import load
from ideas.services import cast_vote, decide
from tests.contests import DECISION, RESULTS, VOTING, begin, contest, idea, votes
from tests.people import member, staff
from tests.relay import drain
from tests.sites import ensure_site

pytestmark = pytest.mark.django_db

REASON, GRUND = "It fits every trunk we build.", "适合我们所有车型。"
READERS = ["guest", "author", "voter", "boss", "marketer"]


@pytest.fixture
def world():
    """A contest with a voted and decided idea; the readers are a guest and four people."""
    ensure_site()
    found, author = contest(actor=staff(Role.BRAND_MANAGER, "boss")), member("author")
    staff(Role.MARKETER, "marketer")
    made = idea(found, author, title="Slot for wet shoes")
    idea(found, title="A ramp")
    cast_vote(voter=member("voter"), idea=made, now=VOTING)
    votes(made, 2)
    boss = Member.objects.get(username="boss")
    decide(actor=boss, idea=made, decision="adopted", reason_en=REASON, reason_zh=GRUND, now=DECISION)
    return Contest.objects.get(), made


def as_reader(name: str) -> Client:
    client = Client()
    if name != "guest":
        client.force_login(Member.objects.get(username=name))
    return client


def without_token(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    return f"{response.status_code} {without_token(response.content.decode())}"


def explained(found: Contest, made: Idea) -> str:
    return as_json(Member.objects.get(pk=made.author_id))


PAGES: dict[str, Callable[[Contest, Idea], str]] = {
    "contest": lambda found, made: found.get_absolute_url(),
    "idea": lambda found, made: made.get_absolute_url(),
    "since": lambda found, made: f"/contests/{found.slug}/since/?after=0",
    "results": lambda found, made: f"/contests/{found.slug}/results/",
    "index": lambda found, made: "/ideas/",
    "home": lambda found, made: "/",
    "space": lambda found, made: "/members/author/",
    "search": lambda found, made: "/search/?q=shoes",
}
DESK = {
    "desk": lambda found, made: f"/workbench/contests/{found.slug}/",
    "export": lambda found, made: f"/workbench/contests/{found.slug}/export/",
}
SHOWS_COUNTS = {"contest", "idea", "since", "results"}
SHOWS_DECISIONS = {*SHOWS_COUNTS, "index"}  # the index counts what was answered and adopted


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is changed inside is as before afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def two_tallies(read: Callable[[], str]) -> tuple[str, str]:
    first = read()
    Idea.objects.filter(title="Slot for wet shoes").update(vote_count=1)
    Vote.objects.filter(voter__username="voter").update(at=VOTING + timedelta(days=3))  # the curve's shape tells too
    return first, read()


def two_decisions(read: Callable[[], str]) -> tuple[str, str]:
    """With the decision, and as if it had never been made: neither in the row nor as a fact."""
    first = read()
    Idea.objects.update(decision="", reason_en="", reason_zh="", decided_at=None)
    OutboxEvent.objects.filter(name="ideas.idea.decided").delete()
    return first, read()


@pytest.mark.serverless
@pytest.mark.parametrize("phase", ["submission", "voting", "decision"])
def test_no_page_tells_a_hidden_count_or_decision_to_anybody(world, phase):
    found, made = begin(world[0], phase), world[1]
    drain()
    for reader in READERS:
        client = as_reader(reader)
        client.get(found.get_absolute_url())  # a guest's order begins here
        for page, url in PAGES.items():
            with undone():
                first, second = two_tallies(lambda client=client, url=url: text_of(client, url(found, made)))
                third = two_decisions(lambda client=client, url=url: text_of(client, url(found, made)))[1]
            assert (reader, page, first) == (reader, page, second)
            assert (reader, page, first) == (reader, page, third)
            assert first.startswith("404" if page == "results" else "200"), (reader, page)


@pytest.mark.serverless
def test_once_shown_counts_and_decisions_are_where_they_belong(world):
    found, made = begin(world[0], "results"), world[1]
    drain()
    client = as_reader("voter")
    for page, url in PAGES.items():
        with undone():
            first, second = two_tallies(lambda url=url: text_of(client, url(found, made)))
            third = two_decisions(lambda url=url: text_of(client, url(found, made)))[1]
        assert first.startswith("200"), page
        shown = (page in SHOWS_COUNTS, page in SHOWS_DECISIONS)
        assert (page, first != second, second != third) == (page, *shown)


@pytest.mark.serverless
@pytest.mark.parametrize(("phase", "shown"), [("voting", False), ("decision", False), ("results", True)])
@pytest.mark.parametrize("page", DESK)
def test_the_desk_and_its_export_wait_for_the_close_too(world, page, phase, shown):
    found, made = begin(world[0], phase), world[1]
    client = as_reader("boss")
    first, second = two_tallies(lambda: text_of(client, DESK[page](found, made)))
    assert first.startswith("200")
    assert (first != second) == shown


@pytest.mark.serverless
def test_the_answer_to_a_vote_tells_no_count(world):
    begin(world[0], "voting")
    made = world[1]

    def voted() -> str:
        client = as_reader("voter")
        client.post(f"/ideas/{made.pk}/do/vote/", {"act": "withdraw"})
        response = client.post(f"/ideas/{made.pk}/do/vote/", headers={"HX-Request": "true"})
        return without_token(response.content.decode())

    first, second = two_tallies(voted)
    assert first == second
    assert 'aria-pressed="true"' in first


@pytest.mark.serverless
@pytest.mark.parametrize(("phase", "shown"), [("voting", False), ("decision", False), ("results", True)])
def test_what_a_member_downloads_has_no_hidden_decision(world, phase, shown):
    found = begin(world[0], phase)
    first, second = two_tallies(lambda: explained(found, world[1]))
    assert first == second
    first, second = two_decisions(lambda: explained(found, world[1]))
    assert (first != second) == shown


def test_pushes_facts_and_search_documents_have_no_count(world, django_capture_on_commit_callbacks):
    """What they may hold is listed; a number of votes is not in the list."""
    payloads = OutboxEvent.objects.filter(name__startswith="ideas.").values_list("payload", flat=True)
    ids = {"idea_id", "contest_id", "author_id", "moved_from_id"}
    assert set().union(*payloads) == {*ids, "title", "text"}
    begin(world[0], "voting")
    LiveMessage.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        cast_vote(voter=member("late"), idea=world[1], now=timezone.now())
    bodies = LiveMessage.objects.filter(channel__startswith="contest:").values_list("body", flat=True)
    assert {(*sorted(body), body["kind"]) for body in bodies} == {("channel", "kind", "voted")}
    assert [document.popularity for document in load([world[1].pk])] == [0]
    first, second = two_tallies(lambda: repr(list(load([world[1].pk]))))
    assert first == second


def told(name: str) -> list[tuple[str, str]]:
    found = Notification.objects.filter(recipient__username=name).order_by("pk")
    return list(found.values_list("kind", "title"))


def test_an_author_learns_of_a_decision_when_everybody_does(world):
    begin(world[0], "decision")
    drain()
    assert told("author") == []
    begin(world[0], "results")
    drain()
    assert told("author") == [("ideas.results", "A better boot"), ("ideas.decided", "Slot for wet shoes")]
    assert told("voter") == [("ideas.results", "A better boot")]
    assert [line for line in told("author") if REASON in line] == []


def test_an_author_learns_at_once_of_a_decision_made_after_the_results(world):
    found = begin(world[0], "results")
    drain()
    Notification.objects.all().delete()
    late = Idea.objects.get(title="A ramp")
    now = found.phases.get(kind="results").starts_at
    boss = Member.objects.get(username="boss")
    decide(actor=boss, idea=late, decision="refused", reason_en="Too heavy", reason_zh="太重", now=now)
    drain()
    assert list(Notification.objects.values_list("recipient_id", "kind")) == [(late.author_id, "ideas.decided")]


def test_nobody_is_called_to_a_vote_that_is_over_when_the_relay_comes_back(world):
    assert VoteEvent.objects.count() == 3
    begin(world[0], "decision")
    drain()
    assert list(Notification.objects.values_list("kind", flat=True)) == []


def test_everybody_is_called_in_their_own_language():
    found = contest()
    idea(found, member("mei", language="zh-hans"))
    idea(found, member("max"))
    begin(found, "voting")
    drain()
    assert sorted(Notification.objects.values_list("recipient__username", "title")) == [
        ("max", "A better boot"),
        ("mei", "更好用的后备厢"),
    ]
    assert RESULTS > VOTING
