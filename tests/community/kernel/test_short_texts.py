"""Names in a line and the last parts of addresses."""

import pytest

from community.kernel.api import Invalid, clean_line, clean_slug, visible

NOTHING = [
    "",
    " \n ",
    "\u200b\u2060",
    "\0",
    "\u3164",
    "\u115f\u1160 \uffa0",
    "\u00ad\ufe0f",
    "\u2800",
    "\U0001d159",
    "\ue000",
]


@pytest.mark.parametrize("text", NOTHING)
def test_there_is_nothing_to_see_in_what_shows_nothing(text):
    assert not visible(text)


@pytest.mark.parametrize("text", ["a", "\u200bа", "车", "-", "❤️", "👨\u200d🔧", "\u2801"])
def test_there_is_something_to_see_in_letters_marks_and_pictures(text):
    assert visible(text)


def test_a_line_is_in_one_line():
    assert clean_line("  Garage\r\n\tTalk \0", most=11, field="title") == "Garage Talk"


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_seen_is_no_line(text):
    assert clean_line(text, most=9, field="title", needed=False) == ""
    with pytest.raises(Invalid) as refused:
        clean_line(text, most=9, field="title")
    assert refused.value.field == "title"


def test_a_longer_line_is_refused():
    with pytest.raises(Invalid, match="9 characters"):
        clean_line("x" * 10, most=9, field="title", needed=False)


@pytest.mark.parametrize(("text", "slug"), [("garage", "garage"), (" Garage-Talk ", "garage-talk"), ("a_1", "a_1")])
def test_an_address_is_small_latin_letters(text, slug):
    assert clean_slug(text) == slug


@pytest.mark.parametrize(
    "text", ["", "车库", "a b", "a/b", "-a", "a-", "a--b", "a\nb", "é", "x" * 61, "new", "NEW", "members", "<b>", "a\0"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(Invalid) as refused:
        clean_slug(text)
    assert refused.value.field == "slug"
