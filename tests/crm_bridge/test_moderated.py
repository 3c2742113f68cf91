"""What a moderator does to somebody's post teaches nothing that the post itself may not."""

from datetime import timedelta

import pytest

from community.consent.api import withdraw
from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.members.api import Role
from crm_bridge.mirror import services
from crm_bridge.models import Signal
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.api import delete_post, edit_post, ensure_board, open_topic, restore_post
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def moderator():
    load_words()
    return staff(Role.MODERATOR)


def posted(person, source="Steel ones?"):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    topic = open_topic(author=person, board=board, title="Roof rack", source=source, now=THEN + timedelta(days=1))
    drain()
    return topic.posts.get()


def edited(post, editor):
    edit_post(editor=editor, post=post, source=f"{post.source} Camping.", now=now())


def restored(post, editor):
    delete_post(actor=editor, post=post, now=now())
    restore_post(actor=editor, post=post, now=now())


def no(person):
    withdraw(member_id=person.pk, purpose="profiling", channel="onsite", source="test", now=now())


def known(person):
    """The interests of somebody, live and after a rebuild."""
    drain()
    live = {interest.code for interest in interests_of(profile_of(person.pk))}
    list(rebuild_profiles(now=now()))
    assert {interest.code for interest in interests_of(profile_of(person.pk))} == live
    return live


@pytest.mark.parametrize("act", [edited, restored])
def test_a_post_of_before_the_permission_teaches_nothing_by_a_moderators_act(moderator, act):
    ada = member("ada")
    post = posted(ada)
    permit(ada, "profiling:onsite", now=now())
    act(post, moderator)
    assert known(ada) == set()


@pytest.mark.parametrize("act", [edited, restored])
def test_after_a_no_and_a_yes_a_moderators_act_brings_nothing_back(moderator, act):
    ada = permit(member("ada"), "profiling:onsite")
    post = posted(ada)
    no(ada)
    permit(ada, "profiling:onsite", now=now())
    act(post, moderator)
    assert known(ada) == set()


@pytest.mark.parametrize("act", [edited, restored])
def test_a_moderators_act_does_not_bring_back_what_was_removed_in_the_mirror(moderator, act):
    ada = permit(member("ada"), "profiling:onsite")
    post = posted(ada)
    services.remove(member=ada, keyword="roof-rack", now=now())
    act(post, moderator)
    assert "roof-rack" not in known(ada)


@pytest.mark.parametrize("act", [edited, restored])
def test_what_is_permitted_counts_from_when_it_was_written(moderator, act):
    ada = permit(member("ada"), "profiling:onsite")
    act(posted(ada), moderator)
    assert "roof-rack" in known(ada)
    assert set(Signal.objects.values_list("at", flat=True)) == {THEN + timedelta(days=1)}


def test_an_edit_of_ones_own_is_an_act_of_that_day(moderator):
    ada = member("ada")
    post = posted(ada)
    permit(ada, "profiling:onsite", now=now())
    edited(post, ada)
    assert known(ada) == {"roof-rack", "camping"}


def test_a_fact_of_before_does_not_tell_when_the_post_was_written_and_teaches_nothing(moderator):
    ada = permit(member("ada"), "profiling:onsite")
    post = posted(ada, source="!")
    restored(post, moderator)
    for event in OutboxEvent.objects.filter(name="forums.post.restored"):
        event.payload.pop("written_at")
        event.save()
    assert known(ada) == set()
