"""Somebody erased, or who withdraws, while an index is rebuilt stays out of it, on both engines."""

import pytest
from django.contrib.auth.models import AnonymousUser

from community.consent.api import withdraw
from community.kernel.api import now
from community.kernel.relay import Relay
from community.members.api import erase_member
from community.search.api import search_content
from community.search.drift import drift
from community.search.models import Mark
from community.search.port import Query
from community.search.registry import engine_of, index_named
from community.search.services import rebuild
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from forums.api import ensure_board, open_topic
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(engine):
    """Ada and two others, all of them found."""
    load_words()
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    for name in ("ada", "bea", "cid"):
        person = permit(member(name, name=f"{name.title()} Wintersteen"), "profiling:onsite", "product_news:email")
        open_topic(author=person, board=board, title=f"Roof rack of {name}", source="Steel.", now=now())
    drain()
    assert (audience_of(), names()) == ((3, ["ada", "bea", "cid"]), 3)
    return type(person).objects.get(username="ada")


def audience_of():
    found = audience(parse("interest:roof-rack"), now=now())
    return found.total, sorted(person.member.username for person in found.people)


def names():
    return search_content("Wintersteen", viewer=AnonymousUser(), kinds=["member"]).total


def rebuilt_while(name, act, *, delivering):
    """Rebuild an index; the act happens when half of the documents have been read."""

    def ids():
        every = list(index_named(name).all_ids())
        half = len(every) // 2
        yield from every[:half]
        act()
        if delivering:
            Relay().step()
        yield from every[half:]

    rebuild(name, progress=ids())
    engine_of(name).refresh()


@pytest.mark.parametrize("delivering", [True, False], ids=["delivered meanwhile", "delivered after"])
@pytest.mark.parametrize("name", ["audience", "content"])
def test_an_erasure_during_a_rebuild_stays_erased(ada, name, delivering, monkeypatch):
    # One document a read: those read before the act are in the new index as they were.
    monkeypatch.setattr("community.search.services.BATCH", 1)
    rebuilt_while(name, lambda: erase_member(member=ada, now=now()), delivering=delivering)
    for _ in range(2):
        drain()
        assert (audience_of(), names()) == ((2, ["bea", "cid"]), 2)
        assert drift(name) == ([], [], [])
        rebuild(name)


def test_a_permission_withdrawn_during_a_rebuild_stays_withdrawn(ada, monkeypatch):
    monkeypatch.setattr("community.search.services.BATCH", 1)

    def act():
        withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())

    rebuilt_while("audience", act, delivering=True)
    for _ in range(2):
        drain()
        assert audience_of() == (2, ["bea", "cid"])
        rebuild("audience")


def test_without_the_marks_the_rebuild_would_bring_back_what_it_read_before(ada, monkeypatch):
    monkeypatch.setattr("community.search.services.BATCH", 1)

    def act():
        erase_member(member=ada, now=now())
        Relay().step()
        Mark.objects.all().delete()

    rebuilt_while("audience", act, delivering=False)
    assert str(ada.pk) in set(engine_of("audience").ids(Query()))
