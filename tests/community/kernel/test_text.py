import pytest

from community.kernel.api import one_line


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
