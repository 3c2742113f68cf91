"""What members do to their profile holds at once, for the marketer too, and through every rebuild."""

from datetime import timedelta

import pytest

from community.consent.api import VERSION, paused_until, permits_of
from community.kernel.api import Invalid, NotAllowed, now
from community.kernel.models import OutboxEvent
from community.kernel.relay import deliver_once
from community.members.api import CarEntry, declare_keywords, set_garage
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from crm_bridge.mirror import services
from crm_bridge.models import InterestControl, Signal, TermSighting
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.api import ensure_board, open_topic
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")
RACK = "roof-rack"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    """Somebody who wrote about roof racks, delivered and searchable."""
    load_words()
    person = permit(member("ada"), *BOTH)
    write(person)
    drain()
    return person


def write(person, source="Roof bars."):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    open_topic(author=person, board=board, title="Which roof rack?", source=source, now=now())


def known(person):
    return {interest.code: interest for interest in interests_of(profile_of(person.pk))}


def found(line=f"interest:{RACK}"):
    return [person.member.username for person in audience(parse(line), now=now()).people]


def snapshot(person):
    return [(i.code, i.weight, i.told, i.muted, len(i.reasons)) for i in known(person).values()]


def test_a_mute_shows_at_once_and_the_marketer_finds_nobody(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    assert known(ada)[RACK].muted
    drain()
    assert found() == []
    write(ada)
    drain()
    assert known(ada)[RACK].muted and found() == []


@pytest.mark.serverless
def test_an_unmute_brings_the_member_back(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    services.unmute(member=ada, keyword=RACK, now=now())
    assert not known(ada)[RACK].muted
    drain()
    assert found() == ["ada"]


@pytest.mark.serverless
def test_what_holds_already_is_not_said_again(ada):
    for say in (services.mute, services.mute, services.unmute, services.unmute):
        say(member=ada, keyword=RACK, now=now())
    names = OutboxEvent.objects.filter(name__startswith="crm.interest.").order_by("pk").values_list("name", flat=True)
    assert list(names) == ["crm.interest.muted", "crm.interest.unmuted"]


@pytest.mark.serverless
@pytest.mark.parametrize("last", ["mute", "unmute"])
def test_what_was_said_last_holds_while_what_was_said_before_is_delivered(ada, last):
    said = [services.unmute, services.mute, services.unmute, services.mute]
    services.mute(member=ada, keyword=RACK, now=now())
    drain()
    for say in said if last == "mute" else said[:-1]:
        say(member=ada, keyword=RACK, now=now())
    while deliver_once(now=now(), batch=1):
        assert known(ada)[RACK].muted == (last == "mute")


@pytest.mark.serverless
def test_what_was_said_last_survives_a_rebuild_before_it_is_delivered(ada):
    services.mute(member=ada, keyword=RACK, now=now())
    list(rebuild_profiles(now=now()))
    assert known(ada)[RACK].muted


@pytest.mark.serverless
def test_what_was_added_and_corrected_last_holds_while_its_removal_is_delivered(ada):
    services.remove(member=ada, keyword=RACK, now=now())
    services.add(member=ada, term="roof bars", now=now())
    services.correct(member=ada, keyword=RACK, weight=9.0, now=now())
    while deliver_once(now=now(), batch=1):
        assert (known(ada)[RACK].weight, known(ada)[RACK].told) == (9.0, True)


def test_a_corrected_weight_is_the_members_own_and_what_the_marketer_asks_by(ada):
    services.correct(member=ada, keyword=RACK, weight=9.0, now=now())
    assert (known(ada)[RACK].weight, known(ada)[RACK].told) == (9.0, True)
    drain()
    assert found(f"interest:{RACK}>=9") == ["ada"]
    services.correct(member=ada, keyword=RACK, weight=0.1, now=now())
    drain()
    assert found(f"interest:{RACK}>=0.5") == []
    assert found() == ["ada"]


@pytest.mark.serverless
def test_what_is_removed_goes_with_its_reasons_and_a_later_act_brings_it_back(ada):
    services.remove(member=ada, keyword=RACK, now=now())
    assert known(ada) == {}
    assert not Signal.objects.filter(member_id=ada.pk).exists()
    drain()
    assert found() == []
    write(ada, "Steel bars.")
    drain()
    assert list(known(ada)) == [RACK] and found() == ["ada"]


@pytest.mark.serverless
@pytest.mark.parametrize("term", ["camping", "露营", "  Camping "])
def test_an_interest_is_added_by_any_word_for_it(ada, term):
    assert services.add(member=ada, term=term, now=now()).code == "camping"
    assert known(ada)["camping"].told
    drain()
    assert found("interest:camping") == ["ada"]


@pytest.mark.serverless
def test_an_unknown_word_names_the_nearest_ones_and_changes_nothing(ada):
    before, seen = snapshot(ada), list(TermSighting.objects.values())
    with pytest.raises(services.UnknownTerm) as refused:
        services.add(member=ada, term="campin", now=now())
    assert refused.value.suggestions == ["camping"]
    assert (refused.value.status, refused.value.field) == (422, "term")
    assert snapshot(ada) == before
    assert list(TermSighting.objects.values()) == seen


@pytest.mark.serverless
def test_nearest_words_name_each_keyword_once(ada):
    with pytest.raises(services.UnknownTerm) as refused:
        services.add(member=ada, term="roof rak", now=now())
    assert refused.value.suggestions == ["roof rack"]


@pytest.mark.serverless
@pytest.mark.parametrize("term", ["", "  ", "\0", "x" * 5000, "\ud83d\ude97", "' OR 1=1 --", "<script>"])
def test_no_word_at_all_is_refused_plainly(ada, term):
    with pytest.raises(Invalid) as refused:
        services.add(member=ada, term=term, now=now())
    assert refused.value.field == "term"
    assert not InterestControl.objects.exists()


@pytest.mark.serverless
@pytest.mark.parametrize("weight", [0, 0.05, -1, 10.01, 1e308, float("nan"), float("inf"), float("-inf")])
def test_a_weight_outside_the_scale_is_refused(ada, weight):
    before = snapshot(ada)
    with pytest.raises(Invalid):
        services.correct(member=ada, keyword=RACK, weight=weight, now=now())
    assert snapshot(ada) == before
    assert not InterestControl.objects.exists()


@pytest.mark.serverless
@pytest.mark.parametrize("act", [services.mute, services.unmute, services.remove])
@pytest.mark.parametrize("keyword", ["camping", "", "x" * 9000, "%00", "roof-rack "])
def test_only_what_is_on_the_list_can_be_acted_on(ada, act, keyword):
    events = OutboxEvent.objects.count()
    with pytest.raises(Invalid):
        act(member=ada, keyword=keyword, now=now())
    assert OutboxEvent.objects.count() == events
    assert not InterestControl.objects.exists()


@pytest.mark.serverless
def test_without_the_permission_nothing_can_be_added_corrected_or_removed(ada):
    ben = member("ben")
    with pytest.raises(NotAllowed):
        services.add(member=ben, term="camping", now=now())
    with pytest.raises(NotAllowed):
        services.correct(member=ben, keyword=RACK, weight=5, now=now())
    with pytest.raises(NotAllowed):
        services.remove(member=ben, keyword=RACK, now=now())
    assert not InterestControl.objects.exists()


def test_one_members_acts_leave_everybody_elses_profile_alone(ada):
    eve = permit(member("eve"), *BOTH)
    write(eve)
    drain()
    before = snapshot(ada)
    services.remove(member=eve, keyword=RACK, now=now())
    drain()
    assert snapshot(ada) == before
    assert found() == ["ada"]


def test_the_later_delivery_of_a_fact_changes_nothing_and_a_rebuild_gives_the_same(ada):
    services.correct(member=ada, keyword=RACK, weight=7.5, now=now())
    services.add(member=ada, term="camping", now=now())
    services.mute(member=ada, keyword="camping", now=now())
    services.add(member=ada, term="power", now=now())
    services.remove(member=ada, keyword="power", now=now())
    at_once = snapshot(ada)
    drain()
    assert snapshot(ada) == at_once
    list(rebuild_profiles(now=now()))
    assert snapshot(ada) == at_once


@pytest.mark.serverless
def test_only_the_switched_permissions_change(ada):
    permit(ada, "offers:email")
    services.switch(
        member=ada,
        shown=["profiling:onsite", "product_news:email"],
        wanted=["profiling:onsite", "research:email"],
        wording=VERSION,
        now=now(),
    )
    assert permits_of(ada.pk) == {"profiling:onsite", "research:email", "offers:email"}


@pytest.mark.serverless
@pytest.mark.parametrize("pair", ["partners:phone", "profiling:email", "", ":", "spying:onsite", "x" * 4000, "\0:\0"])
def test_a_permission_that_is_not_offered_changes_nothing_at_all(ada, pair):
    with pytest.raises(Invalid):
        services.switch(
            member=ada, shown=["product_news:email"], wanted=[pair, "research:email"], wording=VERSION, now=now()
        )
    assert permits_of(ada.pk) == set(BOTH)


@pytest.mark.serverless
def test_taking_profiling_back_empties_the_list_at_once_and_keeps_the_mutes(ada):
    services.add(member=ada, term="camping", now=now())
    services.mute(member=ada, keyword="camping", now=now())
    services.switch(member=ada, shown=["profiling:onsite"], wanted=[], wording=VERSION, now=now())
    assert known(ada) == {} and profile_of(ada.pk).stage == ""
    assert not Signal.objects.exists()
    assert list(InterestControl.objects.values_list("keyword", "muted")) == [("camping", True)]
    drain()
    assert found() == []


@pytest.mark.serverless
def test_a_yes_again_begins_with_what_the_member_states_and_not_with_old_acts(ada):
    declare_keywords(member=ada, keywords=["动力"], now=now())
    set_garage(member=ada, cars=[CarEntry("Norling", "4 Touring", 2023)], now=now())
    services.switch(member=ada, shown=["profiling:onsite"], wanted=[], wording=VERSION, now=now())
    services.switch(member=ada, shown=[], wanted=["profiling:onsite"], wording=VERSION, now=now())
    drain()
    assert set(known(ada)) == {"power", "norling-4t"}


def test_a_pause_hides_the_member_from_every_list_and_count(ada):
    tomorrow = (now() + timedelta(days=2)).date()
    services.pause_contact(member=ada, until=tomorrow, now=now())
    drain()
    assert audience(parse(f"interest:{RACK}"), now=now()).total == 0
    services.pause_contact(member=ada, until=None, now=now())
    drain()
    assert found() == ["ada"]


@pytest.mark.serverless
@pytest.mark.parametrize("days", [-400, -1, 0, 732, 20000])
def test_a_pause_lies_ahead_and_ends_within_two_years(ada, days):
    with pytest.raises(Invalid) as refused:
        services.pause_contact(member=ada, until=(now() + timedelta(days=days)).date(), now=now())
    assert refused.value.field == "until"
    assert paused_until(ada.pk) is None
