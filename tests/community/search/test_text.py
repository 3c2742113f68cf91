import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from community.search import text as words
from community.search.text import excerpt, highlight, query_tokens, query_words, telling_tokens, tokens
from tests.real_data import HOSTILE


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("行李架", "车顶行李架安装教程", True),
        ("行李架", "大众途观车顶行李架安装", True),
        ("行李架 安装", "安装车顶行李架", True),
        ("安装教程", "车顶行李架安装教程", True),
        ("车顶行李架", "行李架，装在车顶", True),
        ("架", "行李架", True),
        ("行李箱", "行李架安装", False),
        ("roof rack", "Roof racks that whistle", True),
        ("ROOF-RACKS", "a roof rack", True),
        ("racking", "roof racks", True),
        ("gti改装", "我的GTI改装日记", True),
        ("ＧＴＩ", "gti", True),
        ("19寸", "冬季胎选19寸还是20寸", True),
        ("c++", "C++ on the bus", True),
        ("c++", "c on the bus", False),
        ("续航", "雨天高速真实续航记录", True),
    ],
)
def test_a_query_finds_the_text(query, text, found):
    assert set(query_tokens(query)).issubset(tokens(text)) is found


def test_an_empty_query_has_no_words():
    assert query_words(" ,.!?—… ") == []


def test_highlight_marks_inflections_and_chinese_and_escapes():
    words = query_words("roof racks 行李架")
    assert highlight("<b>Roof</b> rack 车顶行李架", words) == (
        "&lt;b&gt;<mark>Roof</mark>&lt;/b&gt; <mark>rack</mark> 车顶<mark>行李架</mark>"
    )


def test_words_side_by_side_are_one_mark():
    words = query_words("roof rack 车顶 行李架")
    assert highlight("A roof rack, a rack", words) == "A <mark>roof rack</mark>, a <mark>rack</mark>"
    assert highlight("装车顶行李架", words) == "装<mark>车顶行李架</mark>"


def test_excerpt_begins_near_the_match():
    text = "word " * 100 + "roof rack " + "more " * 100
    assert "roof rack" in excerpt(text, ["roof"], length=80)
    assert len(excerpt(text, ["roof"], length=80)) <= 82


def test_excerpt_of_chinese_lines_has_no_gaps():
    text = "写给还在考虑的人： 先量一下。 再买 Norling 的架子"
    assert excerpt(text, [], length=80) == "写给还在考虑的人：先量一下。再买 Norling 的架子"


def test_what_a_text_is_about_are_the_words_that_do_not_stand_everywhere():
    assert telling_tokens("Which one of the roof racks is quiet? 我的行李架") == [
        "roof",
        "rack",
        "quiet",
        "行李",
        "李架",
    ]


@pytest.mark.data
def test_hostile_strings_are_only_words():
    for text in json.loads((HOSTILE / "naughty-strings.json").read_text()):
        assert all(" " not in token for token in tokens(text))
        assert "<script" not in highlight(text, query_words(text))


def test_threads_stem_by_stemmers_of_their_own():
    with ThreadPoolExecutor(2) as pool:
        both = threading.Barrier(2)

        def mine(_number):
            both.wait(20)
            return words._STEMMERS.english

        first, second = pool.map(mine, range(2))
    assert first is not second


def test_a_letter_with_endless_accents_is_read_at_once():
    began = time.process_time()
    assert tokens("Cafe" + "\u0301\u0323" * 20_000 + " rack")[-1] == "rack"
    assert time.process_time() - began < 0.5
