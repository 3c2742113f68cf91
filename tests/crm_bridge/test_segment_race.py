"""Segments saved and renamed in the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction

from community.members.api import Member, Role
from crm_bridge.models import Segment
from crm_bridge.segments.services import delete_segment, rename_segment, save_segment, update_segment
from tests.people import THEN, staff
from tests.threads import at_once, ever
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

TIMES, ROUNDS = 6, 5


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


@pytest.fixture
def viktor():
    load_words()
    return staff(Role.MARKETER, "viktor")


def save(actor: Member, name: str) -> Segment:
    return save_segment(actor=actor, name=name, line="interest:power", now=THEN)


def test_a_segment_saved_several_times_at_once_is_there_once_and_the_others_are_told(viktor):
    for round_ in range(ROUNDS):
        assert at_once([partial(save, viktor, f"Fast {round_}")] * TIMES) == Counter({"Invalid": TIMES - 1})
    assert Segment.objects.count() == ROUNDS


def test_of_segments_renamed_to_one_name_one_gets_it_and_the_others_are_told(viktor):
    for round_ in range(ROUNDS):
        mine = [save(viktor, f"Mine {round_} {n}") for n in range(TIMES)]
        acts = [partial(rename_segment, actor=viktor, segment=one, name=f"Fast {round_}") for one in mine]
        assert at_once(acts) == Counter({"Invalid": TIMES - 1})
        assert Segment.objects.filter(name=f"Fast {round_}").count() == 1


def test_a_segment_renamed_while_it_is_deleted_does_not_come_back(viktor):
    for round_ in range(ROUNDS):
        one = save(viktor, f"Mine {round_}")
        rename = partial(rename_segment, actor=viktor, segment=Segment.objects.get(pk=one.pk), name=f"Fast {round_}")
        assert set(at_once([rename, partial(delete_segment, actor=viktor, segment=one)])) <= {"Gone"}
    assert Segment.objects.count() == 0


def updated_beside_its_deletion(actor: Member, name: str, update: Callable[..., object]) -> Counter[str]:
    """Returns the errors; whether the segment is there is left to be asked."""
    one = save(actor, name)
    mine = Segment.objects.get(pk=one.pk)
    given = partial(update, actor=actor, segment=mine, line="interest:power joined<7d", based_on=one.line)
    return at_once([given, partial(delete_segment, actor=actor, segment=one)])


def test_a_segment_updated_while_it_is_deleted_does_not_come_back(viktor):
    for round_ in range(TIMES * ROUNDS):
        assert set(updated_beside_its_deletion(viktor, f"Mine {round_}", update_segment)) <= {"Gone"}
        assert Segment.objects.count() == 0


def test_control_a_segment_that_is_stored_whole_comes_back(viktor):
    rounds = iter(range(1000))

    def stored_whole(*, actor: Member, segment: Segment, line: str, based_on: str) -> None:
        segment.line = line
        segment.save()

    def comes_back() -> bool:
        updated_beside_its_deletion(viktor, f"Mine {next(rounds)}", stored_whole)
        return Segment.objects.exists()

    assert ever(comes_back)


def test_of_questions_one_segment_is_given_at_once_one_stays_and_the_others_are_told(viktor):
    for round_ in range(ROUNDS):
        one = save(viktor, f"Mine {round_}")
        given = [f"interest:power joined<{days}d" for days in range(1, TIMES + 1)]
        acts = [
            partial(update_segment, actor=viktor, segment=Segment.objects.get(pk=one.pk), line=line, based_on=one.line)
            for line in given
        ]
        assert at_once(acts) == Counter({"Outdated": TIMES - 1})
        assert Segment.objects.get(pk=one.pk).line in given


def careless(actor: Member, name: str) -> None:
    """What most programs do: look, then write."""
    with transaction.atomic():
        if not Segment.objects.filter(name=name).exists():
            Segment.objects.create(name=name, line="", purpose="offers", channel="email", owner=actor, created_at=THEN)


def test_control_who_looks_and_then_writes_fails(viktor):
    rounds = iter(range(1000))

    def fails() -> bool:
        return "IntegrityError" in at_once([partial(careless, viktor, f"Fast {next(rounds)}")] * TIMES)

    assert ever(fails)
