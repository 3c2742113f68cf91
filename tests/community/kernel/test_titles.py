"""Where the lines of a Chinese title may break."""

from __future__ import annotations

import pytest

from community.kernel.templatetags.ui import worded


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("雪地胎，换不换？", "雪地胎，换不换？"),
        ("可以记下你对什么感兴趣吗？", "可以|记下你对什么|感兴趣吗？"),
        ("4旅行版前备箱能放多大的冷藏箱", "4旅行版前备箱能放多大的|冷藏箱"),
        ("Tyres & wheels for the 5 Cross after a winter", "Tyres &amp; wheels for the 5\u00a0Cross after a winter"),
        ("Seats down: does a 2 m surfboard fit inside?", "Seats down: does a 2\u00a0m surfboard fit inside?"),
        ("郑北方也遇到了：“零下二十五度还能用的行车记录仪”", "郑北方也遇到了：“零下|二十五度还能用的|行车|记录仪”"),
        ("涉水深度60厘米充电口会进水吗", "涉水|深度|60厘米|充电|口会|进水吗"),
        ("5越野版换全地形胎五千公里：噪音", "5越野版换全地形胎五千公里：噪音"),
        ("读完《长安三万里》取景地的停车指南", "读完|《长安|三万里》|取景地的|停车|指南"),
        ("The talk “Sognefjellet before the snow” is over", "The talk “Sognefjellet before the snow” is over"),
        ("<b>后备厢里能放下一张床垫吗</b>", None),
    ],
)
def test_a_long_phrase_breaks_between_words_and_a_short_one_only_at_punctuation(title: str, lines: str | None) -> None:
    made = worded(title)
    assert made.replace("<wbr>", "").count("<") == 0
    if lines is not None:
        assert made.replace("<wbr>", "|") == lines
