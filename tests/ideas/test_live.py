"""While counts are hidden a vote is heard of, and no number anybody reads moves with it."""

from __future__ import annotations

import re

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from community.inbox.models import LiveMessage
from community.inbox.routing import websocket_urlpatterns
from community.members.api import Role
from ideas.models import Contest, Vote
from ideas.services import (
    bring_back,
    cast_vote,
    decide,
    edit_idea,
    set_aside,
    submit_idea,
    withdraw_idea,
    withdraw_vote,
)
from tests.contests import DECISION, RESULTS, SUBMISSION, VOTING, contest, idea, votes
from tests.people import member, staff

pytestmark = pytest.mark.django_db


async def _listening(found: Contest) -> tuple[WebsocketCommunicator, dict[str, object]]:
    line = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/")
    line.scope["user"] = AnonymousUser()
    assert (await line.connect())[0]
    await line.send_json_to({"listen": [found.channel]})
    return line, await line.receive_json_from()


def numbers(found: Contest) -> list[str]:
    """What the page, its repair address and a new socket say."""

    async def scene() -> str:
        line, first = await _listening(found)
        await line.disconnect()
        return str(first["sequence"])

    pages = [Client().get(url) for url in (found.get_absolute_url(), f"/contests/{found.slug}/since/?after=0")]
    read = [re.findall(r'data-live-sequence="(\d+)"', page.content.decode())[-1] for page in pages]
    return [*read, async_to_sync(scene)()]


def test_votes_move_no_number_anybody_reads():
    made = idea(contest())
    other = idea(made.contest, title="A ramp")
    voters = votes(made, 4)
    before = numbers(made.contest)
    votes(made, 3)
    cast_vote(voter=voters[0], idea=other, now=VOTING)
    withdraw_vote(voter=voters[1], idea=made, now=VOTING)
    assert Vote.objects.count() == 6
    assert numbers(made.contest) == before
    assert len(set(before)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_open_page_hears_of_a_vote_without_a_number():
    made, voter = idea(contest()), member()
    LiveMessage.objects.all().delete()  # of the idea; this page was opened after it

    async def scene():
        line, _first = await _listening(made.contest)
        await sync_to_async(cast_vote)(voter=voter, idea=made, now=VOTING)
        assert await line.receive_json_from() == {"channel": made.contest.channel, "kind": "voted"}
        await line.disconnect()

    async_to_sync(scene)()


def test_how_many_vote_is_not_heard_either(monkeypatch, django_capture_on_commit_callbacks):
    made, other = idea(contest()), idea(contest("other", actor=staff(Role.BRAND_MANAGER, "second")))
    heard = []
    monkeypatch.setattr("community.inbox.live.announce", lambda channel, *, kind: heard.append((channel, kind)))
    with django_capture_on_commit_callbacks(execute=True):
        votes(made, 5)
        votes(other, 1)
    assert heard == [(made.contest.channel, "voted"), (other.contest.channel, "voted")]


def heard() -> list[dict[str, object]]:
    return list(LiveMessage.objects.order_by("pk").values_list("body", flat=True))


def test_open_pages_hear_of_ideas_that_come_change_and_go():
    found = contest()
    made = idea(found)
    edit_idea(author=made.author, idea=made, title="A dry box", source="Under the seat", now=SUBMISSION)
    withdraw_idea(author=made.author, idea=made, now=SUBMISSION)
    assert heard() == [{"channel": found.channel, "kind": "idea", "sequence": number} for number in (1, 2, 3)]
    assert Contest.objects.get().sequence == 3


def test_an_idea_leaves_open_pages_as_it_is_set_aside_and_returns_as_it_is_brought_back():
    found, boss = contest(), staff(Role.BRAND_MANAGER, "boss")
    made = idea(found)
    set_aside(actor=boss, idea=made, reason="Twice here", now=SUBMISSION)
    set_aside(actor=boss, idea=made, reason="Twice here", now=SUBMISSION)
    bring_back(actor=boss, idea=made, now=SUBMISSION)
    assert [(said["kind"], said["sequence"]) for said in heard()] == [("idea", 1), ("idea", 2), ("idea", 3)]


@pytest.mark.parametrize(("at", "shown"), [(DECISION, False), (RESULTS, True)])
def test_of_a_decision_pages_hear_once_everybody_may_know_it(at, shown):
    made = idea(contest())
    before = heard()
    decide(
        actor=staff(Role.BRAND_MANAGER, "boss"),
        idea=made,
        decision="adopted",
        reason_en="Useful",
        reason_zh="有用",
        now=at,
    )
    assert heard()[len(before) :] == [{"channel": made.contest.channel, "kind": "decision", "sequence": 2}] * shown
    assert Contest.objects.get().sequence == 1 + shown


def test_an_idea_moves_the_number():
    found = contest()
    before = Contest.objects.get().sequence
    submit_idea(author=member(), contest=found, title="A ramp", source="A ramp, short", now=SUBMISSION)
    assert Contest.objects.get().sequence == before + 1
