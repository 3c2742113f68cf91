"""No spreadsheet takes a word of a member for a formula."""

import pytest

from community.kernel.api import safe_cell


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("Bob;=1+1", "Bob;'=1+1"),
        ("Bob, @x", "Bob,' @x"),
        ("a\n-1", "a\n'-1"),
        ("a\t＋1", "a\t'＋1"),
        ("\tx", "'\tx"),
        ("\n=1", "'\n'=1"),
        ("a@example.org", "a@example.org"),
        ("well-kept", "well-kept"),
        ("", ""),
    ],
)
def test_a_formula_is_marked_wherever_it_begins(text, safe):
    assert safe_cell(text) == safe
