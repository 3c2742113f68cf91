"""A title that was deleted or removed is in nobody's reasons, whoever replied; what was learnt from them stays."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.consent.api import grant
from community.inbox.models import Notification
from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from crm_bridge.models import Profile, Signal
from crm_bridge.profiles.projector import rebuild_profiles
from forums import services
from forums.models import PostRevision
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
    assert len(many) <= len(few)  # nobody has a line about the other topic


@pytest.mark.serverless
def test_a_deleted_reply_tells_nothing_of_the_others(opened, keeper):
    services.delete_post(actor=keeper, post=opened.posts.get(text=RACK), now=now())
    assert learnt() == SHOWN - {("roof-rack", TITLE)}
    assert not OutboxEvent.objects.filter(name="forums.replies.retitled").exists()


@pytest.mark.serverless
def test_a_reply_changed_or_shown_again_meanwhile_does_not_bring_the_title_back(opened, ben, keeper):
    rack, tyre = opened.posts.get(text=RACK), opened.posts.get(text=TYRE)
    services.delete_post(actor=keeper, post=rack, now=now())
    delete(opened)
    services.edit_post(editor=ben, post=tyre, source="Winter tyre, and power.", now=now())
    services.restore_post(actor=keeper, post=rack, now=now())
    assert learnt() == KEPT | {("power", "…")}
    restore(opened, keeper)
    assert learnt() == SHOWN | {("power", TITLE)}


@pytest.mark.serverless
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


@pytest.mark.serverless
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


@pytest.mark.serverless
def test_whose_author_was_erased_is_told_nothing(opened, ben, keeper):
    erase_member(member=ben, now=now())
    delete(opened, keeper)
    drain()
    assert not OutboxEvent.objects.filter(name="forums.replies.retitled", member_id=ben.pk).exists()


# Titles removed for good


def forget_by_edit(opened, keeper):
    first = first_post(opened)
    services.edit_post(editor=keeper, post=first, title="A van", source=first.source, forget=True, now=now())


def remove_version(opened, keeper):
    first = first_post(opened)
    services.edit_post(editor=opened.author, post=first, title="A van", source=first.source, now=now())
    assert learnt() == SHOWN
    services.remove_revision(actor=keeper, revision=PostRevision.objects.get(post=first), now=now())


def told_titles():
    """What notifications and the facts of who replied call the topic."""
    facts = OutboxEvent.objects.filter(name__in=["forums.post.written", "forums.post.edited"])
    told = [one.payload["title"] for one in facts if not one.payload.get("is_first")]
    return {*told, *Notification.objects.values_list("title", flat=True)}


@pytest.mark.parametrize("act", [forget_by_edit, remove_version])
def test_a_title_removed_for_good_is_called_by_nobody(opened, ben, keeper, act):
    services.edit_post(editor=ben, post=opened.posts.get(text=TYRE), source=f"{TYRE} @ada", now=now())
    assert (learnt(), told_titles()) == (SHOWN, {TITLE})
    act(opened, keeper)
    assert learnt() == {(keyword, "A van") for keyword, _title in SHOWN}
    assert told_titles() == {"A van"}
    assert TITLE not in json.dumps(list(Profile.objects.values_list("interests", flat=True)))


@pytest.mark.serverless
def test_a_fact_that_waits_does_not_bring_a_removed_title_back(opened, ben, keeper):
    reply(opened, author=ben, source="And power.", now=now())
    forget_by_edit(opened, keeper)
    assert learnt() == {(keyword, "A van") for keyword in ("roof-rack", "winter-tyre", "camping", "power")}
    assert told_titles() == {"A van"}


@pytest.mark.serverless
def test_a_title_removed_while_the_topic_is_deleted_comes_back_as_the_present_one(opened, keeper):
    first = first_post(opened)
    services.edit_post(editor=opened.author, post=first, title="A van", source=first.source, now=now())
    delete(opened)
    services.remove_revision(actor=keeper, revision=PostRevision.objects.get(), now=now())
    assert (learnt(), told_titles()) == (KEPT, {"…"})
    restore(opened, keeper)
    assert learnt() == {(keyword, "A van") for keyword, _title in SHOWN}
    assert not OutboxEvent.objects.filter(name="forums.post.written", payload__title=TITLE).exists()


@pytest.mark.serverless
@pytest.mark.parametrize("forget", [False, True])
def test_an_edit_that_leaves_the_title_or_keeps_the_old_one_tells_nobody_else(opened, keeper, forget):
    title = None if forget else "A van"
    post = first_post(opened)
    services.edit_post(editor=keeper, post=post, title=title, source="Other words", forget=forget, now=now())
    assert learnt() == SHOWN
    assert not OutboxEvent.objects.filter(name="forums.replies.retitled").exists()
