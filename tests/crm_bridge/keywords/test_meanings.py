"""Other words for what is searched for."""

import pytest
from django.utils import translation

from community.search.meanings import asked
from community.search.text import query_tokens
from crm_bridge.keywords.meanings import meanings, near
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword, Synonym

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def roof():
    rack = Keyword.objects.create(code="roof-rack", name_en="Roof rack", name_zh="车顶行李架", kind="part")
    for text in ("行李架", "roof racks", "luggage rack"):
        Synonym.objects.create(keyword=rack, text=text)
    Synonym.objects.create(keyword=rack, text="rack and pinion", exclusion=True)
    Keyword.objects.create(code="tyres", name_en="Tyres", name_zh="轮胎", kind="part")
    Keyword.objects.create(code="retired", name_en="Roof lamp", name_zh="车顶灯", kind="part", active=False)


def also(text):
    return {one.said: one.also for one in meanings(text)}


def test_the_other_language_comes_first_and_the_term_itself_is_left_out():
    assert also("a quiet roof rack") == {("roof", "rack"): ("车顶行李架", "行李架", "luggage rack")}
    assert also("行李架") == {("行", "李", "架"): ("Roof rack", "luggage rack", "车顶行李架")}


def test_each_term_of_a_query_has_its_own_words_and_what_is_none_has_none():
    assert set(also("ROOF RACKS and tyres")) == {("roof", "racks"), ("tyres",)}
    assert also("nothing here") == also("rack and pinion") == also("roof lamp") == also("") == {}


@pytest.mark.parametrize(
    ("typed", "required", "own"),
    [("中网", [], ("中", "网")), ("换中网怎么", ["换中", "怎么"], ("中网",)), ("保值率", [], ("保值", "率"))],
)
def test_characters_of_a_term_that_is_cut_into_them_are_not_required_beside_its_other_words(typed, required, own):
    grille = Keyword.objects.create(code="grille", name_en="Grille", name_zh="进气格栅", kind="part")
    for text in ("中网", "保值率"):
        Synonym.objects.create(keyword=grille, text=text)
    words, [either] = asked(query_tokens(typed), meanings(typed))
    assert (words, either[0], ("grill",) in either) == (required, own, True)


def test_a_word_meant_in_one_form_only_is_shown_without_its_marks():
    Synonym.objects.create(keyword_id="roof-rack", text='"bars"')
    assert also("roof rack")[("roof", "rack")][-1] == "bars"


def test_a_name_that_is_meant_only_alone_has_other_words_alone():
    crowd = Keyword.objects.create(code="volkswagen", name_en="Volkswagen", name_zh="大众", kind="brand")
    Synonym.objects.create(keyword=crowd, text="大众", exclusion=True)
    vocabulary_changed()
    assert also("大众") == {("大", "众"): ("Volkswagen",)}
    assert also("大众口味") == {}


def test_close_words_are_named_in_the_readers_language_but_not_what_was_said():
    assert near("roof rak") == ["Roof rack"]
    with translation.override("zh-hans"):
        assert near("roof rak") == ["车顶行李架"]
    assert near("roof rack") == []
