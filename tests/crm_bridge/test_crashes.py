"""A relay killed between any two of its steps: nothing is lost and nothing is doubled, from act to audience."""

import pytest
from django.contrib.auth.models import AnonymousUser

from community.inbox.models import Notification
from community.kernel.api import now
from community.kernel.models import OutboxEvent, OutboxState
from community.kernel.relay import Relay
from community.search.api import search_content
from community.search.drift import drift
from community.search.models import IndexState
from community.search.registry import engine_of
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from crm_bridge.models import ActiveDay, Profile, Signal
from crm_bridge.profiles.projector import rebuild_profiles
from forums.api import ensure_board, open_topic, write_post
from tests.killed import killed_at
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

RELAY, SEARCH = "community.kernel.relay", "community.search.services"
DELIVERY = [
    (f"{RELAY}._claim", "after"),
    (f"{RELAY}._oldest", "after"),
    (f"{RELAY}._call_handlers", "after"),
    (f"{RELAY}._handle", "after"),
    (f"{RELAY}._put_off", "after"),
    (f"{RELAY}.deliver_lanes", "after"),
]
WRITING = [(f"{SEARCH}._write", "before"), (f"{SEARCH}._write", "after"), (f"{SEARCH}._clear", "after")]


@pytest.fixture
def acts():
    """Three people talk about a roof rack."""
    load_words()
    ada, bea, cid = (permit(member(name), "profiling:onsite", "product_news:email") for name in ("ada", "bea", "cid"))
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    topic = open_topic(author=ada, board=board, title="Which roof rack?", source="For a long trip.", now=now())
    for number, author in enumerate((bea, cid, bea), 1):
        write_post(author=author, topic=topic, source=f"I have the same roof rack, {number}.", now=now())


def kill(step, when):
    killed_at(step, lambda: Relay().drain(seconds=30), when=when)
    IndexState.objects.update(leased_until=None)  # ten seconds later


def learnt():
    """What is known of each person, without the rows' own numbers."""
    signals = Signal.objects.order_by("member_id", "source", "source_id", "keyword")
    return (
        list(signals.values_list("member_id", "keyword", "source", "source_id", "count")),
        list(ActiveDay.objects.order_by("member_id", "day").values_list("member_id", "day", "acts")),
        list(Profile.objects.order_by("member_id").values_list("member_id", "acts")),
    )


def everything_is_there_once():
    assert set(OutboxEvent.objects.values_list("state", "attempts")) == {(OutboxState.HANDLED, 0)}
    assert list(Notification.objects.values_list("recipient__username", "count")) == [("ada", 3)]
    found = learnt()
    assert [number for _member, number in found[2]] == [1, 2, 1]
    list(rebuild_profiles(now=now()))
    assert learnt() == found
    drain()
    people = audience(parse("interest:roof-rack"), now=now()).people
    assert sorted(person.member.username for person in people) == ["ada", "bea", "cid"]
    engine_of("content").refresh()  # what the killed one wrote shows a moment later
    assert search_content("roof rack", viewer=AnonymousUser(), kinds=["topic"]).total == 1
    assert [drift(name) for name in ("content", "audience")] == [([], [], []), ([], [], [])]


@pytest.mark.parametrize(("step", "when"), DELIVERY)
def test_a_relay_killed_while_delivering(acts, step, when, elasticsearch):
    kill(step, when)
    drain()
    everything_is_there_once()


@pytest.mark.parametrize(("step", "when"), WRITING)
def test_a_relay_killed_while_writing_the_index(acts, step, when, engine):
    kill(step, when)
    drain()
    everything_is_there_once()
