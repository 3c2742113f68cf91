import pytest

from community.kernel.api import one_line, several_lines


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" \0\n", ""),
        (" roof\t\u3000rack\r\nof\xa0mine ", "roof rack of mine"),
        ("ro\0of", "roof"),
    ],
)
def test_what_was_typed_becomes_one_line(typed, kept):
    assert one_line(typed) == kept


@pytest.mark.parametrize(("most", "kept"), [(None, "roof rack"), (4, "roof"), (9, "roof rack"), (99, "roof rack")])
def test_a_line_is_cut_once_it_is_one(most, kept):
    assert one_line("  roof \n rack ", most) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", ""), (" \0\r\n", ""), (" roof\r\n\r\n  rack\0 \n", "roof\n\n  rack"), ("a\rb", "a\rb")],
)
def test_several_lines_stay_lines(typed, kept):
    assert several_lines(typed) == kept
