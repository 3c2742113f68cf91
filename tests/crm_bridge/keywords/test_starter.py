"""The vocabulary an installation begins with."""

from collections import defaultdict

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.migrations.state import ProjectState

from crm_bridge.audience.line import Wanted, parse
from crm_bridge.keywords.matcher import Matcher, units
from crm_bridge.keywords.starter import read
from crm_bridge.keywords.vocabulary import find
from crm_bridge.models import Keyword, StarterTerm, Synonym, VocabularyVersion
from crm_bridge.receivers import bring_words
from tests.forgetting import forget_vocabulary

SUBJECTS = {
    "power": "动力",
    "price": "价格",
    "interior": "内饰",
    "features": "配置",
    "safety": "安全性",
    "exterior": "外观",
    "handling": "操控",
    "fuel-consumption": "油耗",
    "space": "空间",
    "comfort": "舒适性",
}


@pytest.fixture(autouse=True)
def _fresh():
    forget_vocabulary()
    yield
    forget_vocabulary()


def state():
    rows = [list(model.objects.order_by("pk").values()) for model in (Keyword, Synonym, StarterTerm)]
    return [*rows, list(VocabularyVersion.objects.values_list("number", flat=True))]


def write(folder, text):
    (folder / "words.toml").write_text(text, encoding="utf-8")
    return str(folder)


def test_the_ten_subjects_are_there_under_their_names():
    keywords = {item.code: item for item in read()}
    assert {code: keywords[code].name_zh for code in SUBJECTS} == SUBJECTS
    assert len(keywords) >= 250


def test_no_two_keywords_claim_one_term_unless_one_of_them_is_a_subject():
    owners = defaultdict(set)
    for item in read():
        if item.code not in SUBJECTS:
            for text in (item.name_en, item.name_zh, *item.synonyms):
                owners[tuple(units(text))].add(item.code)
    assert {path: codes for path, codes in owners.items() if len(codes) > 1} == {}


def test_every_term_is_a_word_and_fits():
    for item in read():
        for text in (item.name_en, item.name_zh, *item.terms):
            assert text == text.strip() and list(units(text)) and len(text) <= 60, (item.code, text)
        assert not set(item.synonyms) & set(item.exclusions), item.code
        assert len(set(item.terms)) == len(item.synonyms) + len(item.exclusions), f"{item.code} says a word twice"


def test_every_exclusion_contains_a_term_it_protects():
    for item in read():
        matcher = Matcher((text, item.code) for text in (item.name_en, item.name_zh, *item.synonyms))
        idle = [text for text in item.exclusions if not matcher.count(text)]
        assert idle == [], item.code


@pytest.mark.django_db
def test_a_second_run_changes_nothing(capsys):
    call_command("load_vocabulary")
    before = state()
    capsys.readouterr()
    call_command("load_vocabulary")
    assert state() == before
    assert capsys.readouterr().out.startswith("0 keywords and 0 further words were new")


@pytest.mark.django_db
def test_migrate_alone_gives_a_vocabulary_and_again_changes_nothing(settings, django_assert_num_queries):
    settings.STARTER_VOCABULARY = True
    call_command("migrate", verbosity=0)
    assert parse("interest:动力").interests == (Wanted("power"),)
    before = state()
    with django_assert_num_queries(6):  # what was brought, which keywords there are; a savepoint around, and its lock
        bring_words(apps.get_app_config("crm_bridge"))
    assert state() == before


@pytest.mark.django_db
def test_a_site_of_another_subject_begins_without_words(settings):
    settings.STARTER_VOCABULARY = False
    call_command("migrate", verbosity=0)
    assert Keyword.objects.count() == 0


@pytest.mark.django_db
def test_a_migration_that_stops_before_the_vocabulary_brings_nothing(settings):
    settings.STARTER_VOCABULARY = True
    bridge = apps.get_app_config("crm_bridge")

    def state_of(*removed, **without):
        found = ProjectState.from_apps(apps)
        for model in removed:
            found.remove_model("crm_bridge", model)
        for model, column in without.items():
            found.remove_field("crm_bridge", model, column)
        return found.apps

    bring_words(bridge, apps=state_of("starterterm"))
    bring_words(bridge, apps=state_of(keyword="active"))
    assert Keyword.objects.count() == 0
    bring_words(bridge, apps=state_of())
    assert Keyword.objects.count() == len(read())


@pytest.mark.django_db
def test_what_managers_changed_stays():
    call_command("load_vocabulary")
    Keyword.objects.filter(code="tea").delete()
    Keyword.objects.filter(code="dogs").update(name_en="Hounds", active=False)
    Synonym.objects.filter(keyword="coffee", text="espresso").delete()
    Synonym.objects.create(keyword_id="coffee", text="flat white")
    before = state()
    call_command("load_vocabulary")
    assert state() == before


@pytest.mark.django_db
def test_later_words_arrive_and_are_used(tmp_path):
    call_command("load_vocabulary", write(tmp_path, '[topic]\ntea = { en = "Tea", zh = "茶" }'))
    assert find("奶茶") is None
    call_command("load_vocabulary", write(tmp_path, '[topic]\ntea = { en = "Tea!", zh = "茶", also = ["奶茶"] }'))
    assert (find("奶茶").code, find("奶茶").name_en) == ("tea", "Tea")


@pytest.mark.django_db
def test_a_managers_own_keyword_of_the_same_code_keeps_its_names_and_gains_the_words(tmp_path):
    Keyword.objects.create(code="tea", name_en="Char", name_zh="茶水", kind="topic")
    call_command("load_vocabulary", write(tmp_path, '[topic]\ntea = { en = "Tea", zh = "茶", also = ["奶茶"] }'))
    assert (find("奶茶").name_en, Keyword.objects.count()) == ("Char", 1)


@pytest.mark.serverless
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[food]\n", "has no"),
        ('[food]\ntea = { en = "Tea", zh = "茶" }', "[food.tea]"),
        ('[topic]\ntea = { en = "Tea" }', "[topic.tea]"),
        ('[topic]\ntea = { en = "Tea", zh = "茶", nto = [] }', "[topic.tea]"),
        ('[part]\ntea = { en = "Tea", zh = "茶" }\n[topic]\ntea = { en = "Tea", zh = "茶" }', "[topic.tea]"),
        ("tea", "Expected"),
    ],
)
def test_a_file_that_is_wrong_loads_nothing_and_says_where(tmp_path, text, said):
    with pytest.raises(CommandError, match=said.replace("[", r"\[")):
        call_command("load_vocabulary", write(tmp_path, text))
    assert Keyword.objects.count() == 0
