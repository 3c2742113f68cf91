"""What keeps text together when it is shown."""

import pytest

from community.kernel.typography import closed_up, glued


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a 2 m board at 90 km/h", "a 2~m board at 90~km/h"),
        ("1 180 € or 5 %, at 5 °C", "1~180~€ or 5~%, at 5~°C"),
        ("19 inch on the 4 Touring", "19~inch on the 4~Touring"),
        ("<p>20 <b>km</b> and 20 km</p>", "<p>20 <b>km</b> and 20~km</p>"),
        ("20 in the box, 3 cats, 2024 Volvo", "20 in the box, 3 cats, 2024 Volvo"),
        ("2 minutes, 5 gears, 1 1800", "2 minutes, 5 gears, 1 1800"),
        ("<code>sleep 5 s</code>, then 5 s", "<code>sleep 5 s</code>, then 5~s"),
        ("<pre>\n5 m\n</pre>", "<pre>\n5 m\n</pre>"),
        ("19寸，2 米", "19寸，2 米"),
        ("", ""),
    ],
)
def test_figures_stay_with_their_units(text, shown):
    assert glued(text) == shown.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("还在考虑的人： 先量一下", "还在考虑的人：先量一下"),
        ("他说 “不”", "他说“不”"),
        ("内饰 一般", "内饰 一般"),
        ("用 Norling 的。 （真的） 好", "用 Norling 的。（真的）好"),
        ("he said — “no”, and left", "he said — “no”, and left"),
        ("", ""),
    ],
)
def test_chinese_lines_join_without_spaces(text, shown):
    assert closed_up(text) == shown
