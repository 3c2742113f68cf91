"""What people type instead of a condition: understood, or explained where it stands."""

import pytest

from clubs.api import found_club
from community.kernel.api import now
from community.members.api import CarEntry, set_garage
from crm_bridge.audience.line import LineError, Wanted, parse
from tests.people import member
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words():
    load_words()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("interest：行李架＞＝２", "interest:roof-rack>=2"),
        ("interest:行李架≥2", "interest:roof-rack>=2"),
        ("Interest:Power STAGE:Stable", "interest:power stage:stable"),
        ("stage：stable，growth", "stage:stable,growth"),
        ("stage:stable、growth", "stage:stable,growth"),
        ("active＜３０ｄ\u3000－interest：露营", "active<30d -interest:camping"),
        ("interest:“roof rack”", "interest:roof-rack"),
        ("permit：Offers：EMAIL sort：－days", "permit:offers:email sort:-days"),
        ("interest:power>=2 interest:power", "interest:power>=2"),
        ("stage:stable stage:growth", "stage:stable,growth"),
        ("sort:-days sort:-days", "sort:-days"),
        ("wheels and tyres", '"wheels" "and" "tyres"'),
        ('"OR" "stage:stable"', '"OR" "stage:stable"'),
        ("interest:power>=1.50", "interest:power>=1.5"),
    ],
)
def test_what_is_clear_is_understood(typed, meant):
    assert parse(typed) == parse(meant)


def test_words_stay_as_they_were_typed():
    assert parse("ａｄａ、ben “two words”").words == ("ａｄａ、ben", "two words")


@pytest.mark.parametrize(
    ("text", "wrong", "suggestions"),
    [
        ("ada 兴趣：行李架", "兴趣", ["interest"]),
        ("行李架＞＝2", "行李架＞＝2", ["interest:roof-rack>=2"]),
        ("roof-rack>=2", "roof-rack>=2", ["interest:roof-rack>=2"]),
        ('"roof rack">=2', '"roof rack">=2', ['interest:"roof rack">=2']),
        ("interest:power >=2", ">=2", []),
        ("interest:roof rack>=2", "interest:roof rack>=2", ['interest:"roof rack">=2']),
        ("interest:roof racks ada", "interest:roof racks", ['interest:"roof racks"']),
        ("stage:stable，interest:power", "stage:stable，interest:power", ["stage:stable interest:power"]),
        ("-interest:power;club:x", "-interest:power;club:x", ["-interest:power club:x"]),
        ("interest:power,行李架>=2", "interest:power,行李架>=2", ["interest:power interest:行李架>=2"]),
        ("interest:power>2", "interest:power>2", ["interest:power>=2"]),
        ("interest:power=2", "interest:power=2", ["interest:power>=2"]),
        ("interest:power>=", "interest:power>=", []),
        ("interest:power>=2.7", "2.7", []),
        ("-interest:power>=2", "-interest:power>=2", ["-interest:power"]),
        ("stage=stable", "stage=stable", ["stage:stable"]),
        ("stage>stable", "stage>stable", ["stage:stable"]),
        ("active<=30d", "active<=30d", ["active<30d"]),
        ("active<30", "active<30", ["active<30d"]),
        ("active>90天", "active>90天", ["active>90d"]),
        ("ada OR ben", "OR", []),
        ("stage:stable or stage:growth", "or", []),
        ("stage:stable 或 stage:growth", "或", []),
        ("stage:stable && language:zh", "&&", []),
        ("NOT stage:stable", "NOT", []),
        ("(stage:stable)", "(stage:stable)", ["stage:stable"]),
        ("!club:touring", "!club:touring", ["club:touring"]),
        ("--club:touring", "--club:touring", ["club:touring"]),
        ("ada（stage：stable）", "ada（stage：stable）", ["stage:stable"]),
        ("permit:offers:email permit:news:email", "permit:news:email", []),
        ("permit:offers:email permit:offers:onsite", "permit:offers:onsite", []),
        ("sort:days sort:acts", "sort:acts", []),
        ('stage:""', 'stage:""', []),
        ("stage:，", "stage:，", []),
    ],
)
def test_what_is_meant_as_a_condition_is_never_searched_as_words(text, wrong, suggestions):
    with pytest.raises(LineError) as caught:
        parse(text)
    error = caught.value
    assert (text[error.start : error.end], list(error.suggestions)) == (wrong, suggestions)
    assert error.message


def test_what_a_suggestion_says_can_be_asked():
    assert parse("interest:roof-rack>=2").interests == (Wanted("roof-rack", 2.0),)
    assert parse('interest:"roof rack">=2') == parse("interest:roof-rack>=2")


@pytest.mark.parametrize(
    "text",
    ['club:"The Long Way Club"', "club:“the ‘Long’ way”", "club:远行会", "club:Touring", 'club:"the Long  way club"'],
)
def test_a_club_is_named_by_slug_or_title(text):
    found_club(slug="touring", kind="circle", title_en="The “Long” Way Club", title_zh="远行会", now=now())
    if "‘" in text:
        with pytest.raises(LineError) as caught:
            parse(text)
        assert caught.value.suggestions == ("touring",)
    else:
        assert parse(text).any == {"club": ("touring",)}


@pytest.mark.parametrize(
    ("typed", "near"), [("norlin", "Norling"), ("speedstr", "Speedster"), ("诺岭旅行版", "诺岭4旅行版")]
)
def test_an_unknown_car_is_explained_with_what_is_near(typed, near):
    set_garage(member=member("ada"), cars=[CarEntry("Norling", "Speedster", 2020)], now=now())
    with pytest.raises(LineError, match="no car") as caught:
        parse(f"owns:{typed}")
    assert near in caught.value.suggestions
