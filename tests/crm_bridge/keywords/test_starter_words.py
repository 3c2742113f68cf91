"""What the starter vocabulary finds in what people write, and what it does not."""

import pytest
from django.core.management import call_command

from bench.comments_f1 import held_out, labelled, scores
from crm_bridge.keywords.starter import read
from crm_bridge.keywords.vocabulary import capture, find

pytestmark = [pytest.mark.serverless, pytest.mark.usefixtures("world")]


def build_world():
    """The starter vocabulary."""
    call_command("load_vocabulary")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Are roof racks noisy above 110 km/h?", {"roof-rack", "comfort"}),
        ("车顶行李架安装教程", {"roof-rack"}),
        ("I am tired of this", set()),
        ("儿童座椅怎么装", {"child-seat"}),
        ("露营的时候带狗", {"camping", "dogs"}),
        ("My search engine of choice", set()),
    ],
)
def test_texts_in_both_languages(text, codes):
    assert set(capture(text)) == codes


@pytest.mark.parametrize(
    "text",
    [
        "Wing bars fit the rails, fitted in five minutes",  # no fitness
        "Motorway of bikes: when is the Furka quiet?",  # no motorway driving, no comfort
        "210 km, no motorway",
        "I am looking for it, have a look, it looks like that",  # no exterior
        "A walk in the park",  # no parking
        "More details: a detailed list",  # no detailing
        "An alternative, alternating",  # no alternator
        "Access to the mechanism",  # no accessibility, no workshop
        "It runs, we run, the pump keeps running",  # no sport
        "In spring, next winter",  # no coil springs, no winter preparation
        "I was tired and exhausted",  # no tyres, no exhaust
        "Turn the handle round the corner",  # no handling
        "He is in charge and charges ten euros",  # no charging
        "From this angle we saw a fish",  # no fishing
        "Differentiate and radiate",  # no differential, no radiator
        "Old-fashioned but safe, that is the deal",  # no clothing, no safety, no price
        "As I recall, we meet up next door",  # no recall, no meet-ups, no doors
        "A photo and a quote, compared to yours",
        "My boots, esp in the morning",  # no boot space, no stability control
        "Two nights in a cabin",  # no interior
    ],
)
def test_words_that_only_look_like_a_keyword_are_none(text):
    assert dict(capture(text)) == {}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The gym keeps me fit: fitness matters", {"fitness"}),
        ("How quiet is it inside on the motorway? A quiet cabin?", {"motorway-driving", "comfort"}),
        ("Trail running and a marathon", {"running"}),
        ("The ESP of the old one", {"safety", "stability-control"}),
        ("It had to be towed", {"tow-bar"}),
        ("Recharging at the campsite", {"charging", "camping"}),
        ("The looks and features: good looks", {"features", "exterior"}),
    ],
)
def test_what_is_meant_is_still_found(text, codes):
    assert set(capture(text)) == codes


@pytest.mark.parametrize("term", ["golf", "Golf", "running", "Climbing", "health", "roof rack", "tow bar"])
def test_a_code_is_a_word_for_its_keyword_where_nothing_else_is_said(term):
    assert find(term).code == term.lower().replace(" ", "-")


@pytest.mark.data
def test_subjects_of_comments_nobody_looked_at_are_found():
    unseen = [comment for key, comment in labelled().items() if held_out(key)]
    assert len(unseen) > 4000
    assert scores(unseen)[""].f1 >= 0.7


def test_every_name_stands_for_its_own_keyword_first():
    names = {name: item.code for item in read() for name in (item.name_zh, item.name_en, item.code)}
    assert {name: find(name).code for name in names} == names
