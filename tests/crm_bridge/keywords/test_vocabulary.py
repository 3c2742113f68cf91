"""The vocabulary in use."""

import threading
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import translation

from crm_bridge.keywords import vocabulary as module
from crm_bridge.keywords.matcher import Matcher
from crm_bridge.keywords.vocabulary import capture, find, labels, nearest, vocabulary_changed
from crm_bridge.models import Keyword, Synonym
from tests.forgetting import forget_vocabulary
from tests.threads import at_once

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


def test_threads_that_saw_the_same_change_compile_it_once(rack, monkeypatch):
    module.vocabulary()
    vocabulary_changed()
    compiled = compiling(monkeypatch)
    every_thread_waits = threading.Barrier(4, timeout=10)
    monkeypatch.setattr(module, "VocabularyVersion", seen_at(2, then=every_thread_waits.wait))
    assert at_once([module.vocabulary] * 4) == {}
    assert compiled == [2]


def test_a_thread_that_comes_late_does_not_bring_an_older_version_back(rack, monkeypatch):
    module.vocabulary()
    compiled = compiling(monkeypatch)

    def while_another_thread_sees_the_next():
        monkeypatch.setattr(module, "VocabularyVersion", seen_at(9))
        module.vocabulary()

    monkeypatch.setattr(module, "VocabularyVersion", seen_at(8, then=while_another_thread_sees_the_next))
    assert [module.vocabulary().version, module.vocabulary().version, compiled] == [9, 9, [9]]


def test_a_change_that_was_rolled_back_is_forgotten(rack):
    with suppress(InterruptedError), transaction.atomic():
        Synonym.objects.create(keyword=rack, text="车顶架")
        vocabulary_changed()
        assert capture("车顶架") == {"roof-rack": 1}
        raise InterruptedError
    assert capture("车顶架") == {}


def compiling(monkeypatch):
    """The versions that are compiled from now on, without a database: the threads of a test have none."""
    compiled = []

    def compile_it(version):
        compiled.append(version)
        time.sleep(0.2)  # the others come while it is being compiled
        return module.Vocabulary(version, {}, Matcher([]))

    monkeypatch.setattr(module, "_compiled", compile_it)
    return compiled


def seen_at(number, then=lambda: None):
    """The version as a thread sees it, and what happens before it goes on."""

    def first():
        then()
        return number

    rows = SimpleNamespace(values_list=lambda *_names, **_options: SimpleNamespace(first=first))
    return SimpleNamespace(objects=rows)


def test_find_takes_the_code_before_any_word(rack):
    Keyword.objects.create(code="dogs", name_en="roof-rack", name_zh="狗", kind="activity")
    vocabulary_changed()
    assert [find("roof-rack"), find("roof racks"), find("行李架"), find("boat")] == [rack, find("dogs"), rack, None]


def test_names_follow_the_readers_language(rack):
    with translation.override("zh-hans"):
        assert labels(["roof-rack"]) == {"roof-rack": "车顶行李架"}
    assert labels(["roof-rack"]) == {"roof-rack": "Roof rack"}


def test_the_nearest_names_help_with_a_typo(rack):
    assert (nearest("roof rak"), nearest("架"), nearest("zzz")) == (["Roof rack"], ["车顶行李架"], [])


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("helmet", []),
        ("rof-rack", ["roof-rack"]),
        ("ROOF", ["Roof rack"]),
        ("oof", []),
        ("wind", ["Wine"]),
        ("wien", []),
        ("vine", ["Wine"]),
        ("葡萄", ["葡萄酒"]),
    ],
)
def test_what_is_not_close_is_not_suggested(rack, term, names):
    Keyword.objects.create(code="wine", name_en="Wine", name_zh="葡萄酒", kind="topic")
    vocabulary_changed()
    assert nearest(term) == names


def test_a_name_its_own_keyword_excludes_is_meant_only_alone(rack):
    brand = Keyword.objects.create(code="car-dz", name_en="大众", name_zh="大众", kind="model")
    Synonym.objects.create(keyword=brand, text="大众", exclusion=True)
    Synonym.objects.create(keyword=brand, text="大众汽车")
    vocabulary_changed()
    assert [find("大众"), find("大众汽车"), find("广大群众")] == [brand, brand, None]
    assert [capture("大众"), capture("大众汽车不错")] == [{"car-dz": 1}, {"car-dz": 1}]
    assert capture("大众都喜欢行李架") == {"roof-rack": 1}
