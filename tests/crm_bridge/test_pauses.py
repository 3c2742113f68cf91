"""Whoever wanted no contact for a while is listed again when the while is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from community.consent.api import pause, paused_until
from community.consent.receivers import resume_contact
from community.consent.services import end_pauses
from community.kernel.api import now
from community.kernel.registry import rounds
from community.search.models import Mark
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from crm_bridge.models import Profile
from forums.api import ensure_board, open_topic
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def people():
    """Two who are paused, and one who is not."""
    load_words()
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    made = [permit(member(name), "profiling:onsite", "product_news:email") for name in ("ada", "bo", "cy")]
    for person in made:
        open_topic(author=person, board=board, title="Which roof rack?", source="Roof bars.", now=now())
    pause(member_id=made[0].pk, until=now() + DAY, now=now())
    pause(member_id=made[1].pk, until=now() + 3 * DAY, now=now())
    drain()
    return made


def found():
    return {person.member.username for person in audience(parse("interest:roof-rack"), now=timezone.now()).people}


def later(monkeypatch, *, by):
    at = timezone.now() + by
    monkeypatch.setattr(timezone, "now", lambda: at)
    Profile.objects.update(due_at=at + DAY)  # the daily refresh has nothing to do


def test_a_pause_that_is_over_puts_its_member_back_on_the_list(people, monkeypatch):
    ada, bo, _cy = people
    assert found() == {"cy"}
    later(monkeypatch, by=DAY)
    drain()
    assert found() == {"cy"}
    assert resume_contact() == 1
    assert list(Mark.objects.values_list("index", "document_id")) == [("audience", str(ada.pk))]
    drain()
    assert found() == {"ada", "cy"}
    assert paused_until(bo.pk) is not None


def test_pauses_that_ended_while_no_relay_ran_are_found_by_the_next(people, monkeypatch):
    later(monkeypatch, by=30 * DAY)
    assert resume_contact() == 2
    drain()
    assert found() == {"ada", "bo", "cy"}
    assert resume_contact() == 0


def test_looking_for_pauses_is_one_query_and_ending_them_four_more(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert end_pauses(now=now()) == 0
    assert not Mark.objects.exists()
    # What is over; the pauses and the marks, and a transaction around the two.
    with django_assert_num_queries(5):
        assert end_pauses(now=now() + 2 * DAY) == 1
    for person in (people[0], people[2], member("di")):
        pause(member_id=person.pk, until=now(), now=now())
    with django_assert_num_queries(5):
        assert end_pauses(now=now() + 4 * DAY) == 4


def test_a_pause_that_was_made_longer_goes_on(people):
    ada = people[0]
    pause(member_id=ada.pk, until=now() + 9 * DAY, now=now())
    assert end_pauses(now=now() + 2 * DAY) == 0
    assert paused_until(ada.pk) is not None


def test_the_relay_ends_pauses():
    assert resume_contact in [getattr(one, "__wrapped__", None) for one in rounds()]
