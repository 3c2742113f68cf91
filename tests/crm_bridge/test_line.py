"""The query line."""

import pytest

from community.consent.api import CONTACT_CHANNELS
from crm_bridge.audience.changes import chips, toggled
from crm_bridge.audience.line import DEFAULT_PERMIT, SORTS, LineError, Wanted, parse, render
from crm_bridge.audience.services import audience
from crm_bridge.audience.words import Phrase, phrases_of
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

KEYS = ["interest", "permit", "sort", "stage", "club", "owns", "language", "active", "joined"]
WORDS = ["camping", "power", '"roof rack"', '"winter tyre"', '"Norling 4 Touring"']
PERMITS = [
    f"permit:{purpose}:{'email' if purpose == 'product_news' else channels[0]}"
    for purpose, channels in CONTACT_CHANNELS.items()
]


@pytest.fixture(autouse=True)
def words():
    load_words()


def test_a_line_says_the_same_in_both_languages():
    assert parse("interest:行李架>=2") == parse('interest:"roof racks">=2') == parse("interest:roof-rack>=2")
    assert parse("interest:行李架>=2").interests == (Wanted("roof-rack", 2.0),)


def test_every_part_is_understood():
    line = parse(
        'ada "snow tyre" stage:stable,growth active<4w joined>1y -interest:power language:中文 '
        "permit:offers:email sort:-days"
    )
    assert line.words == ("ada", "snow tyre")
    assert line.any == {"stage": ("stable", "growth"), "language": ("zh",)}
    assert line.without == ("power",)
    assert line.windows == (("active", "<", 28), ("joined", ">", 365))
    assert line.permit == ("offers", "email")
    assert line.sort == "-days"


def test_without_a_permission_product_news_by_mail_is_meant():
    assert parse("").permit == DEFAULT_PERMIT == ("product_news", "email")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada interest:roof-rack",
        'interest:power>=3 "two words" -interest:camping',
        "stage:stable,fading -language:en active<30d active>7d permit:offers:email",
        'owns:"norling 4t" sort:interest:camping',
    ],
)
def test_parse_and_render_are_inverse(text):
    line = parse(text)
    assert parse(render(line)) == line


@pytest.mark.parametrize(
    ("text", "wrong", "suggestions", "choices"),
    [
        ("ada colour:red", "colour", [], KEYS),
        ("intrest:power", "intrest", ["interest"], []),
        ("clubs:power", "clubs", ["club"], []),
        ("interest:rof-rack", "interest:rof-rack", ["roof-rack"], []),
        ("interest:xyzzy", "interest:xyzzy", [], WORDS),
        ("stage:happy", "stage:happy", [], ["consideration", "growth", "stable", "fading"]),
        ("language:fr", "language:fr", [], ["en", "zh"]),
        ("interest:power>=99", "99", [], []),
        ("active:30d", "active:30d", ["active<30d"], []),
        ("active<soon", "active<soon", [], []),
        ("permit:partners:pigeon", "permit:partners:pigeon", [], ["permit:partners:email"]),
        ("permit:ofers:email", "permit:ofers:email", ["permit:offers:onsite"], []),
        ("permit:x", "permit:x", [], PERMITS),
        ("sort:height", "sort:height", [], [*(f"sort:-{one}" for one in SORTS), "sort:interest:…"]),
        ("club:nowhere", "club:nowhere", [], []),
        ("-ada", "-ada", [], []),
        ('owns:"norling', '"norling', [], []),
        ("stage:", "stage:", [], []),
    ],
)
def test_a_mistake_is_explained_at_its_place(text, wrong, suggestions, choices):
    with pytest.raises(LineError) as caught:
        parse(text)
    error = caught.value
    assert text[error.start : error.end] == wrong
    assert error.message
    assert (list(error.suggestions), list(error.choices)) == (suggestions, choices)


def test_a_line_beyond_500_characters_is_refused():
    with pytest.raises(LineError):
        parse("a" * 501)


def test_choosing_a_value_twice_takes_it_off_again():
    line = parse("stage:stable")
    for key, value in (("interest", "power"), ("stage", "growth"), ("language", "zh"), ("active", "<30 >7")):
        once = toggled(line, key, value)
        assert once != line
        assert toggled(once, key, value) == line
    assert toggled(line, "permit", "offers:email").permit == ("offers", "email")


def test_every_part_can_be_taken_off_alone():
    line = parse(
        "ada interest:power -interest:camping stage:stable -language:en active<30d permit:offers:email sort:-days"
    )
    shorter = [render(without) for _part, without in chips(line)]
    assert len(set(shorter)) == 8
    assert all(len(text) < len(render(line)) for text in shorter)


def test_lines_are_told_in_words_in_as_many_queries_as_one(django_assert_num_queries):
    one = "interest:roof-rack>=2 -interest:camping"
    others = [f"interest:power active<{days}d joined>{days}d" for days in range(1, 9)]
    phrases_of([one])
    for lines in ([one], [one, *others]):
        with django_assert_num_queries(1):
            said = phrases_of(lines)
    assert said[one] == [
        Phrase("cares about", "roof rack ≥ 2", excluded=False),
        Phrase("does not care about", "camping", excluded=True),
    ]
    assert said[others[0]][1:] == [
        Phrase("last here", "in the last 1 day", excluded=False),
        Phrase("joined", "over 1 day ago", excluded=False),
    ]


def test_what_is_unknown_by_now_is_told_by_its_code():
    whole = 'interest:gone stage:gone -club:gone owns:"old car" joined>1y permit:offers:email sort:days'
    said = phrases_of([whole, 'owns:"cut'])
    assert [[phrase.value for phrase in phrases] for phrases in said.values()] == [
        ["gone", "gone", "gone", "old car", ">1y"],
        [],
    ]


@pytest.mark.parametrize("text", ["interest:动力", "sort:interest:动力"])
def test_an_empty_vocabulary_is_said_with_what_fills_it(text):
    Keyword.objects.all().delete()
    vocabulary_changed()
    with pytest.raises(LineError, match=r"“manage\.py load_vocabulary”") as caught:
        parse(text)
    assert (text[caught.value.start : caught.value.end], caught.value.suggestions) == (text, ())


def test_an_unknown_interest_to_sort_by_is_explained_like_one_to_ask_for():
    with pytest.raises(LineError, match="does not know “powr”") as caught:
        parse("sort:interest:powr")
    assert caught.value.suggestions == ("power",)


@pytest.mark.parametrize("text", ["active<9999y", "joined>101y", "joined<99999d", "active>9999w", "active<٣d"])
def test_nobody_was_here_a_hundred_years_ago(text):
    with pytest.raises(LineError):
        parse(text)


@pytest.mark.parametrize("text", ["joined>30y", "joined>100y", "active<36500d", "joined>9999d", "active<0d"])
def test_a_long_time_is_kept_in_a_segment(text):
    line = parse(text)
    assert parse(render(line)) == line


def test_a_long_time_can_be_asked_for(now):
    drain()
    assert audience(parse("joined>100y active<100y"), now=now).total == 0
