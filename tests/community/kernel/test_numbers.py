"""A number out of an address is one, or it is none; pages begin at one."""

import pytest

from community.kernel.api import number_in, page_in, pages_of


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("12", 12), ("007", 7), ("1000", None), ("", None), (None, None)]
    + [(odd, None) for odd in ("-1", "+1", " 1", "1.0", "1_0", "x", "²", "٣", "１")],
)
def test_a_number_is_plain_digits_and_not_too_many(text, number):
    assert number_in(text, 3) == number


def test_a_page_is_at_least_the_first():
    asked = ("", None, "x", "0", "1", "9", "9999999", "10000000")
    assert [page_in(text) for text in asked] == [1, 1, 1, 1, 1, 9, 9_999_999, 1]


def test_there_is_always_a_page():
    assert [pages_of(total, 20) for total in (0, 1, 20, 21, 40)] == [1, 1, 1, 2, 2]
