"""Batches hold everything once and in order, and read no further than they must."""

from itertools import count

import pytest

from community.kernel import batches
from community.kernel.api import batched, primary_keys_of
from community.members.api import Member
from tests.people import member


def test_everything_is_in_one_batch_and_in_order():
    assert [list(batched(range(number), 2)) for number in (0, 2, 5)] == [[], [[0, 1]], [[0, 1], [2, 3], [4]]]


def test_what_has_no_end_is_read_a_batch_at_a_time():
    assert next(batched(count(), 3)) == [0, 1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("people", range(6))
def test_keys_are_read_some_at_a_time_each_once_and_in_order(people, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(batches, "KEYS_AT_ONCE", 2)
    made = sorted(member().pk for _ in range(people))
    with django_assert_num_queries(people // 2 + 1):
        assert list(primary_keys_of(Member.objects.order_by("-username"))) == made


@pytest.mark.django_db
def test_what_comes_or_goes_meanwhile_moves_no_other_key(monkeypatch):
    monkeypatch.setattr(batches, "KEYS_AT_ONCE", 2)
    first, second, third = (member() for _ in range(3))
    keys = primary_keys_of(Member.objects.filter(pk__gte=first.pk))
    assert [next(keys), next(keys)] == [first.pk, second.pk]
    first.delete()
    fourth = member()
    assert list(keys) == [third.pk, fourth.pk]
