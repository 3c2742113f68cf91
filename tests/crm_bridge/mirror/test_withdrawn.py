"""Of what was told in the mirror nothing stays after a no but the mutes."""

import pytest

from community.consent.api import VERSION
from community.kernel.api import facts_of, now
from crm_bridge.facts import InterestMuted
from crm_bridge.mirror import services
from crm_bridge.mirror.explain import as_json
from crm_bridge.models import InterestControl
from crm_bridge.profiles.projector import rebuild_profiles
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

PROFILING = "profiling:onsite"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    load_words()
    return permit(member("ada"), PROFILING)


def no(person):
    services.switch(member=person, shown=[PROFILING], wanted=[], wording=VERSION, now=now())


def yes(person):
    services.switch(member=person, shown=[], wanted=[PROFILING], wording=VERSION, now=now())


def controls(person):
    """What is kept live, once all is delivered and after a rebuild."""
    rows = InterestControl.objects.filter(member_id=person.pk).order_by("keyword")
    values = "keyword", "muted", "weight", "added_at", "removed_at"
    live = list(rows.values_list(*values))
    drain()
    assert list(rows.values_list(*values)) == live
    list(rebuild_profiles(now=now()))
    assert list(rows.values_list(*values)) == live
    return live


def told(person):
    return [type(each.fact) for each in facts_of(person.pk) if each.fact.name.startswith("crm.interest.")]


@pytest.mark.parametrize("delivered", [True, False])
def test_what_was_added_corrected_and_removed_is_in_no_fact_and_no_file(ada, delivered):
    services.add(member=ada, term="camping", now=now())
    services.correct(member=ada, keyword="camping", weight=9.0, now=now())
    services.add(member=ada, term="power", now=now())
    services.remove(member=ada, keyword="power", now=now())
    services.add(member=ada, term="roof rack", now=now())
    services.mute(member=ada, keyword="roof-rack", now=now())
    if delivered:
        drain()
    no(ada)
    assert told(ada) == [InterestMuted]
    assert "camping" not in as_json(ada) and "power" not in as_json(ada)
    assert controls(ada) == [("roof-rack", True, None, None, None)]


def test_a_no_to_something_else_leaves_what_was_told(ada):
    permit(ada, "offers:email")
    services.add(member=ada, term="camping", now=now())
    services.switch(member=ada, shown=["offers:email"], wanted=[], wording=VERSION, now=now())
    assert [row[0] for row in controls(ada)] == ["camping"]


def test_a_mute_lifted_without_the_permission_leaves_nothing_and_may_be_lifted_twice(ada):
    services.add(member=ada, term="camping", now=now())
    services.mute(member=ada, keyword="camping", now=now())
    no(ada)
    services.unmute(member=ada, keyword="camping", now=now())
    facts = len(told(ada))
    services.unmute(member=ada, keyword="camping", now=now())
    assert len(told(ada)) == facts
    assert controls(ada) == []


def test_what_was_added_again_after_a_mute_is_not_muted_after_a_no_and_a_yes(ada):
    services.add(member=ada, term="camping", now=now())
    services.mute(member=ada, keyword="camping", now=now())
    services.add(member=ada, term="camping", now=now())
    assert [row[1] for row in controls(ada)] == [False]
    no(ada)
    yes(ada)
    assert controls(ada) == []
