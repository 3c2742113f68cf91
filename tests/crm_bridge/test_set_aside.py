"""A fact that was set aside and is tried again undoes nothing of what came after it."""

import pytest
from django.core.management import CommandError, call_command

from community.consent.api import withdraw
from community.kernel.api import now
from community.kernel.models import OutboxEvent, OutboxState
from community.kernel.relay import Relay
from crm_bridge.mirror import services
from crm_bridge.models import InterestControl, Signal
from crm_bridge.profiles import projector
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.api import delete_post, ensure_board, open_topic, write_post
from tests.people import THEN, member, permit
from tests.relay import drain
from tests.vocabulary import load_words

RACK = "roof-rack"

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def topic():
    load_words()
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    return open_topic(author=member("bea"), board=board, title="Hello", source="Hello.", now=now())


@pytest.fixture
def ada(topic):
    """Somebody with a post about roof racks."""
    person = permit(member("ada"), "profiling:onsite")
    write_post(author=person, topic=topic, source="My roof rack.", now=now())
    drain()
    return person


def aside(name):
    """The newest fact of this name could not be handled."""
    event = OutboxEvent.objects.filter(name=name).latest("pk")
    OutboxEvent.objects.filter(pk=event.pk).update(state=OutboxState.SET_ASIDE)
    deliver_others()


def deliver_others():
    assert Relay(idle_seconds=0.01).drain(seconds=60)


def again():
    call_command("relay", "replay")
    drain()


def learnt(person):
    signals = Signal.objects.filter(member_id=person.pk).order_by("event_id", "keyword")
    controls = InterestControl.objects.filter(member_id=person.pk).order_by("keyword")
    interests = [(i.code, i.told, i.muted) for i in interests_of(profile_of(person.pk))]
    return list(signals.values_list("keyword", "at")), list(controls.values_list("keyword", "muted")), interests


def known(person):
    """The interests and whether they are muted, the same after a rebuild."""
    found = learnt(person)
    list(rebuild_profiles(now=now()))
    assert learnt(person) == found
    return {code: muted for code, _told, muted in found[2]}


def test_a_post_that_was_deleted_meanwhile_teaches_nothing(topic, ada):
    post = write_post(author=ada, topic=topic, source="Camping.", now=now())
    aside("forums.post.written")
    delete_post(actor=ada, post=post, now=now())
    deliver_others()
    again()
    assert known(ada) == {RACK: False}


def test_a_mute_stays_where_its_lifting_of_before_comes_late(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    services.unmute(member=ada, keyword=RACK, now=now())
    aside("crm.interest.unmuted")
    services.mute(member=ada, keyword=RACK, now=now())
    deliver_others()
    again()
    assert known(ada) == {RACK: True}


def test_a_mute_that_was_set_aside_survives_a_rebuild(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    aside("crm.interest.muted")
    assert known(ada) == {RACK: True}
    services.unmute(member=ada, keyword=RACK, now=now())
    deliver_others()
    assert known(ada) == {RACK: False}
    again()
    assert known(ada) == {RACK: False}


def test_a_mute_that_was_set_aside_survives_a_yes_dated_back(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    aside("crm.interest.muted")
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
    permit(ada, "profiling:onsite", now=THEN)
    deliver_others()
    assert known(ada) == {RACK: True}


def test_what_cannot_be_read_stops_no_rebuild(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    OutboxEvent.objects.filter(name="crm.interest.muted").update(payload={})
    aside("crm.interest.muted")
    assert len(list(rebuild_profiles(now=now()))) == 1


def test_facts_that_come_late_one_by_one_are_all_learnt_from(topic, ada, monkeypatch):
    for words in ("Camping.", "Power."):
        write_post(author=ada, topic=topic, source=words, now=now())
        aside("forums.post.written")
    write_post(author=ada, topic=topic, source="Snow tyres.", now=now())
    bad = permit(member("bad"), "profiling:onsite")
    deliver_others()
    write_post(author=bad, topic=topic, source="Camping.", now=now())
    aside_now = set(OutboxEvent.objects.filter(state=OutboxState.SET_ASIDE).values_list("pk", flat=True))
    with pytest.raises(CommandError, match=r"^Not set aside: 0, 99999\. No fact is tried again\.$"):
        call_command("relay", "replay", "99999", "0", str(min(aside_now)))
    assert set(OutboxEvent.objects.filter(state=OutboxState.SET_ASIDE).values_list("pk", flat=True)) == aside_now
    call_command("relay", "replay")
    with monkeypatch.context() as patched:
        patched.setattr(projector, "apply_facts", failing_for(bad, projector.apply_facts))
        Relay().step()
    OutboxEvent.objects.update(retry_at=None)
    drain()
    assert set(known(ada)) == {RACK, "camping", "power", "winter-tyre"}


def failing_for(person, apply_facts):
    def failing(deliveries):
        if any(each.fact.member_id == person.pk for each in deliveries):
            raise ValueError(person)
        return apply_facts(deliveries)

    return failing
