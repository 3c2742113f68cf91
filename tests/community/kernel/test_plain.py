"""What a text says, without its markup."""

import pytest

from community.kernel.markup import render
from community.kernel.plain import language_of_html, own_words, plain_text


def test_plain_text_says_what_the_html_says():
    assert plain_text(render("**a**\n\n- b\n- c\n\n`<d>`", mentions={})) == "a b c <d>"


def test_chinese_lines_become_one_text_without_gaps():
    rendered = render("写给还在考虑的人：\n先量一下。\n\n再买 Norling 的。", mentions={})
    assert plain_text(rendered) == "写给还在考虑的人：先量一下。再买 Norling 的。"


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("The steel one.", "en"),
        ("夏季胎要换下来了", "zh-hans"),
        ("> The steel one, which is long enough to count.\n\n你们呢？", "zh-hans"),
        ("> 夏季胎要换下来了\n\nYes.", "en"),
        ("", "en"),
    ],
)
def test_a_post_is_in_the_language_of_its_own_words(source, language):
    assert language_of_html(render(source, mentions={})) == language


def test_own_words_are_those_outside_quotations():
    assert own_words(render("> hers\n\nmine", mentions={})) == "mine"
