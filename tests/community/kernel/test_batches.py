"""Batches hold everything once and in order, and read no further than they must."""

from itertools import count

from community.kernel.api import batched


def test_everything_is_in_one_batch_and_in_order():
    assert [list(batched(range(number), 2)) for number in (0, 2, 5)] == [[], [[0, 1]], [[0, 1], [2, 3], [4]]]


def test_what_has_no_end_is_read_a_batch_at_a_time():
    assert next(batched(count(), 3)) == [0, 1, 2]
