"""Work that is done at most once in a time."""

from datetime import timedelta

from community.kernel.api import return_turn, take_turn


def test_a_turn_is_taken_once_until_its_time_is_over_or_it_is_returned():
    assert [take_turn("tests:sweep"), take_turn("tests:sweep"), take_turn("tests:dust")] == [True, False, True]
    return_turn("tests:sweep")
    assert [take_turn("tests:sweep"), take_turn("tests:sweep")] == [True, False]


def test_the_time_is_what_was_asked_for():
    assert take_turn("tests:sweep", every=timedelta(0))
    assert take_turn("tests:sweep", every=timedelta(hours=1))
    assert not take_turn("tests:sweep", every=timedelta(0))
