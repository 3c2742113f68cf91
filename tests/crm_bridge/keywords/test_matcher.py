"""Finding keywords in text."""

import pytest

from crm_bridge.keywords.matcher import Matcher, singular, units

TERMS = [
    ("roof", "roof"),
    ("roof rack", "roof-rack"),
    ("行李架", "roof-rack"),
    ("座椅", "seats"),
    ("儿童座椅", "child-seat"),
    ("engine", "engine"),
    ("engine", "power"),
    ("search engine", ""),
    ("空间", "space"),
    ("空间站", ""),
    ("usb接口", "usb-socket"),
    ("2.0t", "power"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A roof rack", {"roof-rack": 1}),  # the longer term hides the shorter one
        ("Roof RACKS, roofs and a roof-rack", {"roof-rack": 2, "roof": 1}),
        ("车顶行李架安装教程", {"roof-rack": 1}),  # found without cutting the text into words
        ("儿童座椅装在座椅上", {"child-seat": 1, "seats": 1}),
        ("a search engine", {}),  # an exclusion swallows what it contains
        ("the search for an engine", {"engine": 1, "power": 1}),  # one term, two keywords
        ("空间站的空间", {"space": 1}),
        ("有USB接口吗", {"usb-socket": 1}),
        ("有ＵＳＢ接口吗", {"usb-socket": 1}),
        ("2.0T够用", {"power": 1}),
        ("the 行李架 of my roof", {"roof-rack": 1, "roof": 1}),
        ("roofing, proof, 行李，箱架", {}),  # what is made of a word is another word
        ("", {}),
        ("\x00 \ud800 😀", {}),
    ],
)
def test_keywords_in_a_text(text, found):
    assert Matcher(TERMS).count(text) == found


def test_a_prefix_that_leads_nowhere_does_not_swallow_what_follows():
    assert Matcher([("a b c", "abc"), ("b", "b")]).count("a b d") == {"b": 1}


@pytest.mark.parametrize("terms", [[("安全座椅", ""), ("安全座椅", "seat")], [("安全座椅", "seat"), ("安全座椅", "")]])
def test_a_term_of_one_keyword_that_another_excludes_stays_a_term(terms):
    assert Matcher([("安全", "safety"), *terms]).count("安全座椅") == {"seat": 1}


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("Roof racks", "roof-rack"),
        ("行李架", "roof-rack"),
        ("engine", "engine"),
        ("roof rack for a car", None),
        ("search engine", None),
        ("rack", None),
        ("", None),
        ("!", None),
    ],
)
def test_a_whole_term_is_found_in_any_inflection(term, code):
    assert Matcher(TERMS).find(term) == code


def test_a_term_without_any_word_matches_nothing():
    assert Matcher([("!!!", "loud"), ("", "empty")]).count("Wow!!!") == {}


def test_units_are_words_in_the_singular_and_single_characters():
    assert units("Racing rails 车顶 4x4 naïve") == ["racing", "rail", "车", "顶", "4x4", "naïve"]


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("racks", "rack"),
        ("batteries", "battery"),
        ("boxes", "box"),
        ("winches", "winch"),
        ("glasses", "glass"),
        ("tyres", "tyre"),
        ("skis", "ski"),
        ("foodies", "foody"),
        ("foodie", "foody"),
        ("chassis", "chassis"),
        ("bus", "bus"),
        ("abs", "abs"),
        ("fitness", "fitness"),
        ("parking", "parking"),
        ("tired", "tired"),
        ("größes", "größes"),
        ("行李", "行李"),
        ("", ""),
    ],
)
def test_only_the_ending_of_a_plural_is_taken_off(word, one):
    assert singular(word) == one


@pytest.mark.parametrize("quoted", ['"looks"', "“looks”", ' "Looks" '])
def test_a_term_in_quotation_marks_is_that_form_only(quoted):
    matcher = Matcher([(quoted, "exterior"), ("looks like", ""), ("look", "see")])
    found = [dict(matcher.count(text)) for text in ("its looks", "a look", "Looks like", "looking")]
    assert found == [{"see": 1, "exterior": 1}, {"see": 1}, {}, {}]
    assert (Matcher([(quoted, "exterior")]).find("looks"), Matcher([(quoted, "exterior")]).find("look")) == (
        "exterior",
        None,
    )


def test_one_quotation_mark_quotes_nothing():
    assert Matcher([('19" wheel', "wheel"), ('"', "none")]).count('19" wheels') == {"wheel": 1}
