"""The vocabulary in use."""

import pytest
from django.utils import translation

from crm_bridge.keywords import vocabulary as module
from crm_bridge.keywords.vocabulary import capture, find, forget_vocabulary, labels, nearest, vocabulary_changed
from crm_bridge.models import Keyword, Synonym

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    forget_vocabulary()
    yield
    forget_vocabulary()


@pytest.fixture
def rack():
    keyword = Keyword.objects.create(code="roof-rack", name_en="Roof rack", name_zh="车顶行李架", kind="part")
    Synonym.objects.create(keyword=keyword, text="行李架")
    Synonym.objects.create(keyword=keyword, text="行李架子鼓", exclusion=True)
    return keyword


def test_names_code_and_synonyms_are_terms_and_exclusions_are_not(rack):
    assert capture("Roof racks, roof-rack, 车顶行李架, 行李架, 行李架子鼓") == {"roof-rack": 4}


def test_a_keyword_no_longer_used_is_found_no_more(rack):
    Keyword.objects.update(active=False)
    vocabulary_changed()
    assert (capture("行李架"), find("roof-rack"), labels(["roof-rack"])) == ({}, None, {"roof-rack": "roof-rack"})


def test_a_change_is_seen_once_it_is_announced(rack):
    assert capture("车顶架") == {}
    Synonym.objects.create(keyword=rack, text="车顶架")
    assert capture("车顶架") == {}
    vocabulary_changed()
    assert capture("车顶架") == {"roof-rack": 1}


def test_an_unchanged_vocabulary_is_compiled_once(rack, django_assert_num_queries):
    held = module.vocabulary()
    with django_assert_num_queries(1):
        assert module.vocabulary() is held


def test_find_takes_the_code_before_any_word(rack):
    Keyword.objects.create(code="dogs", name_en="roof-rack", name_zh="狗", kind="activity")
    vocabulary_changed()
    assert [find("roof-rack"), find("roof racks"), find("行李架"), find("boat")] == [rack, find("dogs"), rack, None]


def test_names_follow_the_readers_language(rack):
    with translation.override("zh-hans"):
        assert labels(["roof-rack"]) == {"roof-rack": "车顶行李架"}
    assert labels(["roof-rack"]) == {"roof-rack": "Roof rack"}


def test_the_nearest_names_help_with_a_typo(rack):
    assert (nearest("roof rak"), nearest("架"), nearest("zzz")) == (["Roof rack", "roof-rack"], ["车顶行李架"], [])
