"""A topic that was deleted is quoted in nobody's reasons, whoever replied there; what was learnt from them stays."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.consent.api import grant
from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from crm_bridge.models import Profile, Signal
from crm_bridge.profiles.projector import rebuild_profiles
from forums import services
from tests.forums.places import first_post, reply, topic
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

TITLE = "My divorce, and a van"
RACK, TYRE = "The roof rack.", "A winter tyre."


@pytest.fixture
def ben():
    load_words()
    return permit(member("ben"), "profiling:onsite")


@pytest.fixture
def opened(ben):
    """A topic with two replies of Ben and one of its author, of which all were learnt."""
    ada = permit(member("ada"), "profiling:onsite")
    opened = topic(author=ada, title=TITLE, now=now())
    for author, source in ((ben, RACK), (ada, "Camping."), (ben, TYRE)):
        reply(opened, author=author, source=source, now=now())
    drain()
    return opened


@pytest.fixture
def keeper():
    return staff(Role.MODERATOR, "keeper")


def learnt():
    """What is known, live; and that it is what a rebuild gives."""
    drain()
    found = stored()
    list(rebuild_profiles(now=now()))
    assert stored() == found
    return {(keyword, title) for _who, keyword, title, *_more in found[0]}


def stored():
    columns = ("member_id", "keyword", "title", "source", "source_id", "count", "at", "event_id")
    reasons = [
        (row.member_id, [(one["keyword"], one["reasons"]) for one in row.interests])
        for row in Profile.objects.order_by("pk")
    ]
    return list(Signal.objects.order_by("member_id", "keyword").values_list(*columns)), reasons


def delete(opened, by=None):
    services.delete_post(actor=by or opened.author, post=first_post(opened), now=now())


def restore(opened, by):
    services.restore_post(actor=by, post=first_post(opened), now=now())


KEPT = {("roof-rack", "…"), ("winter-tyre", "…"), ("camping", "…")}
SHOWN = {(keyword, TITLE) for keyword, _title in KEPT}


@pytest.mark.parametrize("who", ["author", "moderator"])
def test_who_replied_keeps_the_interest_without_the_title_until_it_is_shown_again(opened, keeper, who):
    assert learnt() == SHOWN
    delete(opened, keeper if who == "moderator" else None)
    assert learnt() == KEPT
    assert TITLE not in json.dumps(list(Profile.objects.values_list("interests", flat=True)))
    restore(opened, keeper)
    assert learnt() == SHOWN


def test_one_fact_tells_each_author_of_all_their_replies(opened):
    with CaptureQueriesContext(connection) as few:
        delete(opened)
    facts = OutboxEvent.objects.filter(name="forums.replies.retitled")
    assert sorted(len(fact.payload["post_ids"]) for fact in facts) == [1, 2]
    assert all(TITLE not in json.dumps(fact.payload) for fact in facts)
    more = topic(author=opened.author, where=opened.board, title="Another", now=now())
    for number in range(5):
        reply(more, author=member(), source=f"Number {number}", now=now())
    with CaptureQueriesContext(connection) as many:
        delete(more)
    assert len(many) == len(few)


def test_a_deleted_reply_tells_nothing_of_the_others(opened, keeper):
    services.delete_post(actor=keeper, post=opened.posts.get(text=RACK), now=now())
    assert learnt() == SHOWN - {("roof-rack", TITLE)}
    assert not OutboxEvent.objects.filter(name="forums.replies.retitled").exists()


def test_a_reply_changed_or_shown_again_meanwhile_does_not_bring_the_title_back(opened, ben, keeper):
    rack, tyre = opened.posts.get(text=RACK), opened.posts.get(text=TYRE)
    services.delete_post(actor=keeper, post=rack, now=now())
    delete(opened)
    services.edit_post(editor=ben, post=tyre, source="Winter tyre, and power.", now=now())
    services.restore_post(actor=keeper, post=rack, now=now())
    assert learnt() == KEPT | {("power", "…")}
    restore(opened, keeper)
    assert learnt() == SHOWN | {("power", TITLE)}


def test_an_erasure_of_somebody_in_the_title_does_not_bring_it_back(ben, keeper):
    zelda, opened = member("zelda"), topic(author=member("ida"), title="A van for @zelda", now=now())
    reply(opened, author=ben, source=f"{RACK} @zelda", now=now())
    drain()
    delete(opened)
    drain()
    erase_member(member=zelda, now=now())
    assert learnt() == {("roof-rack", "…")}
    restore(opened, keeper)
    assert learnt() == {("roof-rack", "A van for former member")}


@pytest.mark.parametrize(("title", "after"), [(None, "Ask former member"), (TITLE, TITLE), ("A van", "A van")])
def test_a_title_shown_again_loses_the_name_of_who_is_erased_later(opened, keeper, title, after):
    zelda, first = member("zelda"), first_post(opened)
    services.edit_post(editor=opened.author, post=first, title="Ask @zelda", source=first.source, now=now())
    delete(opened)
    restore(opened, keeper)
    assert ("roof-rack", "Ask @zelda") in learnt()
    if title:
        services.edit_post(editor=opened.author, post=first_post(opened), title=title, source=first.source, now=now())
    erase_member(member=zelda, now=now())
    assert ("roof-rack", after) in learnt()
    assert not OutboxEvent.objects.filter(payload__title__icontains="zelda").exists()


def test_a_yes_dated_back_learns_no_title_of_what_was_deleted(keeper):
    load_words()
    ben, opened = member("ben"), topic(title=TITLE)
    reply(opened, author=ben, source=RACK, now=THEN + timedelta(days=5))
    delete(opened)
    drain()
    yes = {"purpose": "profiling", "channel": "onsite", "text_version": "1", "source": "test"}
    grant(member_id=ben.pk, **yes, now=THEN + timedelta(days=3))
    assert learnt() == {("roof-rack", "…")}


def test_whose_author_was_erased_is_told_nothing(opened, ben, keeper):
    erase_member(member=ben, now=now())
    delete(opened, keeper)
    drain()
    assert not OutboxEvent.objects.filter(name="forums.replies.retitled", member_id=ben.pk).exists()
