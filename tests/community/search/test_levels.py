"""Any minimum of a weight, asked for by a few terms."""

from hypothesis import given
from hypothesis import strategies as some

from community.search.port import BITS, MAX_POINTS, Field, Schema, levels_of

S = Schema("weighed", {"interest": Field("weights", scale=50)})


@given(some.floats(0, 12), some.integers(1, MAX_POINTS))
def test_a_weight_bears_a_term_of_a_minimum_if_it_is_at_least_so_much(minimum, points):
    asked, borne = S.levels("interest", "ski", minimum), levels_of("ski", points)
    assert bool(set(asked) & set(borne)) == (points >= S.least_points("interest", minimum))
    assert max(len(asked), len(borne)) <= BITS


@given(some.integers(1, MAX_POINTS))
def test_a_weight_is_at_least_itself_and_not_more(points):
    weight = points / 50
    assert S.points("interest", weight) == S.least_points("interest", weight) == points
    assert S.points("interest", weight) < S.least_points("interest", weight + 0.005)


def test_a_weight_between_two_points_is_the_lower_one():
    assert (S.points("interest", 1.999), S.least_points("interest", 1.981)) == (99, 100)
