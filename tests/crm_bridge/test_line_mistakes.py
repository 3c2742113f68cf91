"""What people type instead of a condition: understood, or explained where it stands."""

import pytest
from django.utils import translation

from clubs.api import ensure_club
from community.kernel.api import now
from community.members.api import CarEntry, set_garage
from crm_bridge.audience.line import LineError, Wanted, parse
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword
from tests.people import member
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


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
        ("interest:power>=2.7", "interest:power>=2.7"),
        ("interest:power≥.25", "interest:power>=0.25"),
        ("interest:power>=10", "interest:power>=10"),
        ("interest:power>=0", "interest:power"),
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
        ("interest:power>=10.01", "10.01", []),
        ("interest:power>=1e0", "1e0", []),
        ("interest:power>=.", ".", []),
        ("interest:power>=1.2.3", "1.2.3", []),
        ("-interest:power>=2", "-interest:power>=2", ["-interest:power"]),
        ("stage=stable", "stage=stable", ["stage:stable"]),
        ("stage>stable", "stage>stable", ["stage:stable"]),
        ("active<=30d", "active<=30d", ["active<30d"]),
        ("active<30", "active<30", ["active<30d"]),
        ("active>90天", "active>90天", ["active>90d"]),
        ("joined<2026-01-01", "joined<2026-01-01", []),
        ("joined<2026年1月", "joined<2026年1月", []),
        ("interest:roof-rack>=2,5", "interest:roof-rack>=2,5", ["interest:roof-rack>=2.5"]),
        ("interest:行李架≥2，5", "interest:行李架≥2，5", ["interest:行李架≥2.5"]),
        ("interest:(roof rack)", "interest:(roof rack)", ['interest:"roof rack"']),
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
    ensure_club(slug="touring", kind="circle", title_en="The “Long” Way Club", title_zh="远行会", now=now())
    if "‘" in text:
        with pytest.raises(LineError) as caught:
            parse(text)
        assert caught.value.suggestions == ("touring",)
    else:
        assert parse(text).any == {"club": ("touring",)}


def test_what_is_near_a_car_is_a_car():
    Keyword.objects.create(code="tea", name_en="Tea", name_zh="茶", kind="topic")
    Keyword.objects.create(code="tesca", name_en="Tesca", name_zh="特斯卡", kind="model")
    vocabulary_changed()
    with pytest.raises(LineError, match="no car") as caught:
        parse("owns:Tesla")
    assert caught.value.suggestions == ("Tesca",)


@pytest.mark.parametrize(
    ("typed", "near"), [("norlin", "Norling"), ("speedstr", "Speedster"), ("诺岭旅行版", "诺岭4旅行版")]
)
def test_an_unknown_car_is_explained_with_what_is_near(typed, near):
    set_garage(member=member("ada"), cars=[CarEntry("Norling", "Speedster", 2020)], now=now())
    with pytest.raises(LineError, match="no car") as caught:
        parse(f"owns:{typed}")
    assert near in caught.value.suggestions


# Names that nothing is close to


@pytest.fixture
def clubs():
    for number in range(6):
        ensure_club(slug=f"club-{number}", title_en=f"Dax {number} Club", title_zh=f"达克斯{number}车友会", now=now())


def told(text):
    with pytest.raises(LineError) as caught:
        parse(text)
    return f"{caught.value.message} {caught.value.offer} {', '.join(caught.value.offered)}".strip()


@pytest.mark.parametrize("key", ["club", "-club"])
def test_a_club_nothing_is_close_to_is_answered_with_how_many_there_are_and_some(clubs, key):
    assert told(f"{key}:奥迪") == (
        "There is no club “奥迪”. There are 6, among them: "
        '"Dax 0 Club", "Dax 1 Club", "Dax 2 Club", "Dax 3 Club", "Dax 4 Club"'
    )
    with translation.override("zh-hans"):
        assert told(f"{key}:奥迪").endswith("达克斯0车友会, 达克斯1车友会, 达克斯2车友会, 达克斯3车友会, 达克斯4车友会")
    for name in ('"Dax 0 Club"', "达克斯0车友会"):
        assert parse(f"club:{name}").any == {"club": ("club-0",)}


def test_a_part_of_a_clubs_title_is_close(clubs):
    assert told("club:达克斯3") == 'There is no club “达克斯3”. Did you mean: "Dax 3 Club"'
    assert told("club:dax") == 'There is no club “dax”. Did you mean: "Dax 0 Club", "Dax 1 Club", "Dax 2 Club"'


def test_where_there_is_no_club_that_is_said():
    assert told("club:奥迪") == "There is no club yet."


def test_an_interest_nothing_is_close_to_is_answered_with_some():
    names = 'camping, power, "roof rack", "winter tyre", "Norling 4 Touring"'
    assert told("interest:奥迪") == f"The vocabulary does not know “奥迪”. There are: {names}"
    Keyword.objects.create(code="tent", name_en="tent", name_zh="帐篷", kind="part")
    vocabulary_changed()
    assert "There are 6, among them: camping, power" in told("sort:interest:奥迪")
    with translation.override("zh-hans"):
        assert "行李架" in told("interest:奥迪")


def test_a_car_nothing_is_close_to_is_answered_with_those_most_people_have():
    for name, cars in (("ada", ["Speedster"]), ("ben", ["Speedster", "2"])):
        set_garage(member=member(name), cars=[CarEntry("Dax", car, 2020) for car in cars], now=now())
    assert told("owns:奥迪") == (
        'There is no car called “奥迪”. There are 6, among them: "Dax Speedster", Dax, Speedster, "Dax 2", 2'
    )


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("colour:red", "There are: interest, permit, sort, stage, club, owns, language, active, joined"),
        (
            "permit:x",
            "There are 15, among them: permit:service:onsite, permit:research:onsite, permit:product_news:email",
        ),
        ("stage:old", "There are: consideration, growth, stable, fading"),
        ("language:de", "There are: en, zh"),
    ],
)
def test_what_there_are_few_of_is_told_whole(text, offered):
    assert offered in told(text)


def test_suggestions_can_be_asked_as_they_stand(clubs):
    for text in ("club:dax", "interest:roof", "owns:speedstr", "permit:ofers:email", "club:奥迪"):
        set_garage(member=member(), cars=[CarEntry("Dax", "Speedster", 2020)], now=now())
        with pytest.raises(LineError) as caught:
            parse(text)
        key = text.partition(":")[0]
        for name in caught.value.offered:
            parse(name if name.startswith(f"{key}:") else f"{key}:{name}")


@pytest.mark.parametrize(
    ("typed", "wrong"), [("!!!", "!!!"), ("ada …", "…"), ('stage:stable "，。"', '"，。"'), ("__", "__")]
)
def test_signs_without_a_word_are_no_question_for_everybody(typed, wrong):
    with pytest.raises(LineError, match="There is nothing to search for in") as caught:
        parse(typed)
    assert typed[caught.value.start : caught.value.end] == wrong
