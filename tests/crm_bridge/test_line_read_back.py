"""What is rendered is read again as the same, whatever was asked."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from community.consent.api import CONTACT_CHANNELS
from community.kernel.api import now
from community.members.api import CarEntry, set_garage
from community.search.api import query_tokens
from crm_bridge.audience.line import DAYS, LONGEST_WINDOW, SORTS, Line, LineError, Wanted, parse, render
from crm_bridge.audience.parts import FOLDED
from crm_bridge.models import Keyword
from crm_bridge.models.profile import Stage
from tests.people import member
from tests.vocabulary import WORDS, load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

SIGNS = some.sampled_from([*' -:<>=≥，：＞“”、。OR|"()！!x行7.', "AND", "stage:", "not"])
WORD = some.lists(SIGNS, min_size=1, max_size=6).map("".join)
CODES = some.sampled_from(sorted(WORDS))
CARS = ("norling 4, estate", "norling -9", "诺岭：7", "norling or")
PERMITS = [(str(purpose), str(channel)) for purpose, channels in CONTACT_CHANNELS.items() for channel in channels]


def _clean(word):
    return "".join(one for one in word if one.translate(FOLDED) != '"').strip()


@some.composite
def lines(draw):
    """Any question."""
    some_of = lambda values: tuple(draw(some.lists(some.sampled_from(values), unique=True, max_size=2)))  # noqa: E731 - as short as the strategies it makes
    wanted = draw(
        some.dictionaries(CODES, some.sampled_from([0.0, 0.02, 0.125, 0.5, 1.0, 2.345, 9.999, 10.0]), max_size=2)
    )
    groups = [{"stage": some_of(Stage.values), "owns": some_of(CARS), "language": some_of(["en", "zh"])} for _ in "+-"]
    windows = draw(
        some.dictionaries(
            some.tuples(some.sampled_from(["active", "joined"]), some.sampled_from("<>")),
            some.integers(0, LONGEST_WINDOW),
        )
    )
    return Line(
        tuple(word for one in draw(some.lists(WORD, max_size=3)) if query_tokens(word := _clean(one))),
        tuple(Wanted(code, least) for code, least in wanted.items()),
        tuple(draw(some.lists(CODES, unique=True, max_size=2))),
        *({key: values for key, values in group.items() if values} for group in groups),
        tuple((key, sign, days) for (key, sign), days in windows.items()),
        draw(some.sampled_from(PERMITS)),
        draw(some.sampled_from(["", *SORTS, *(f"-{name}" for name in SORTS), "interest:camping"])),
    )


class ReadBack(TestCase):
    """Every line, and every text that can be read."""

    @classmethod
    def setUpTestData(cls):
        load_words()
        cars = [CarEntry("Norling", "4, Estate", None), CarEntry("Norling", "-9", None)]
        set_garage(member=member("ada"), cars=[*cars, CarEntry("诺岭：7", "", None)], now=now())
        Keyword.objects.create(code="norling-or", name_en="Norling OR", name_zh="诺岭OR", kind="model")

    @given(lines())
    def test_a_line_is_read_back_as_it_was(self, line):
        text = render(line)
        if len(text) <= 500:
            # A car that became a keyword stands by its code.
            assert render(parse(text)) == render(parse(render(parse(text))))
            if not any("owns" in group for group in (line.any, line.none)):
                assert parse(text) == line

    @given(some.lists(some.one_of(WORD, some.sampled_from(["stage:stable", "interest:power>=2"]))).map(" ".join))
    def test_whatever_can_be_read_can_be_read_again(self, text):
        with contextlib.suppress(LineError):
            line = parse(text)
            assert render(parse(render(line))) == render(line)
            assert parse(render(line)) == line


@pytest.mark.parametrize("text", ["active<9999y", "joined>101y", "joined<99999d", "active>9999w"])
def test_the_longest_time_is_said(text):
    with pytest.raises(LineError, match="100 years"):
        parse(text)


def test_of_two_times_the_narrower_holds():
    assert DAYS["w"] == 7
    assert parse("active<30d active<1w joined>1y joined>30d").windows == (("active", "<", 7), ("joined", ">", 365))


def test_a_line_that_grows_too_long_as_it_is_written_out_is_refused():
    Keyword.objects.create(code="x" * 40, name_en="xx", name_zh="叉叉", kind="topic")
    load_words()
    text = " ".join(["-interest:叉叉 interest:叉叉", *(f"{number}+" for number in range(100, 200))])[:450]
    with pytest.raises(LineError, match="Written out"):
        parse(text)
