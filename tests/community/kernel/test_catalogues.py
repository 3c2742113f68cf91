"""The catalogues: nothing missing, every figure and name in its place, the tone of one voice in both languages."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest
from django.utils.translation import templatize

ROOT = Path(__file__).parents[3]
OWN = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
LIBRARIES = ROOT / "locale/libraries/zh_Hans/LC_MESSAGES/django.po"
ENGLISH = ROOT / "locale/libraries/en/LC_MESSAGES/django.po"
FOLDERS = ("templates", "community", "forums", "ideas", "clubs", "crm_bridge")
DEMO = ROOT / "demo/content"
# Where the libraries' texts for members stand.
SPEAKERS = {
    "allauth": ["account", "mfa", "usersessions", "core", "templates"],
    "django": ["contrib/auth", "core", "forms"],
}
MARKER = re.compile(r"(^|\.)(_|n?p?gettext(_lazy)?)$")
LITERAL = re.compile(r"""(?<!\w)u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
OTHER_WORDS = re.compile(r"e-mail|username|\blog ?in\b|authenticat(?!or)|!", re.IGNORECASE)
STRAIGHT = re.compile(r"\w*[a-z]'(?=[a-z\s])\w*")
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%d")


def entries(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


@pytest.mark.parametrize("path", [OWN, LIBRARIES, ENGLISH], ids=["own", "libraries", "English"])
def test_a_translation_keeps_the_places_of_its_text(path):
    wrong = {
        entry.msgid: chinese
        for entry in entries(path)
        for chinese in said(entry)
        if chinese and set(PLACE.findall(chinese)) != set(PLACE.findall(entry.msgid + entry.msgid_plural))
    }
    assert wrong == {}


@pytest.mark.parametrize("path", [OWN, LIBRARIES], ids=["own", "libraries"])
def test_chinese_speaks_to_you_as_a_friend_and_in_full_width(path):
    # a half-width mark beside a Han character, a space between Han and Latin, the distant 您, an exclamation
    bad = re.compile(
        r"[\u4e00-\u9fff][,;:!?()]|[,;!?()][\u4e00-\u9fff]|[\u4e00-\u9fff] ?[A-Za-z0-9%] [\u4e00-\u9fff]|[您亲！]"
    )
    assert [chinese for entry in entries(path) for chinese in said(entry) if bad.search(chinese)] == []


@pytest.mark.parametrize("path", [LIBRARIES, ENGLISH], ids=["Chinese", "English"])
def test_what_libraries_say_is_still_said_by_them(path):
    said_by_them = library_texts()
    assert len(said_by_them) > 300
    theirs = {text for entry in entries(path) for text in (entry.msgid, entry.msgid_plural) if text}
    assert sorted(theirs - said_by_them) == []


def library_texts() -> set[str]:
    """What the libraries that speak to members may say, from their code.

    Their own catalogues lag behind: Django's Chinese one still names the length of a password as it did a release ago.
    """
    homes = {package: Path(str(find_spec(package).origin)).parent for package in SPEAKERS}
    return {text for name, folders in SPEAKERS.items() for one in folders for text in texts_in(homes[name] / one)}


def texts_in(folder: Path) -> set[str]:
    """Every marked text of a folder: the literals of calls in its code, and of its templates."""
    texts: set[str] = set()
    for path in folder.rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        marked = [call for call in calls if MARKER.search(ast.unparse(call.func))]
        texts |= {
            a.value for call in marked for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        }
    for path in [*folder.rglob("*.html"), *folder.rglob("*.txt")]:
        marked_up = templatize(path.read_text(encoding="utf-8"))
        texts |= {ast.literal_eval(found[1]) for found in LITERAL.finditer(marked_up)}
    return texts


def test_every_mail_of_a_library_is_in_our_chinese():
    templates = Path(str(find_spec("allauth").origin)).parent / "templates"
    ours = {entry.msgid for entry in entries(LIBRARIES)}
    mailed = {text for area in ("account", "mfa") for text in texts_in(templates / area / "email")}
    assert len(mailed) > 30
    assert sorted(mailed - ours) == []


def test_libraries_speak_english_in_our_voice():
    voice = [text for entry in entries(ENGLISH) for text in said(entry)]
    titled = re.compile(r"^(?:[A-Z][a-z-]+ )+[A-Z][a-z]+")
    assert [text for text in voice if STRAIGHT.search(text) or titled.search(text)] == []
    assert [text for text in voice if OTHER_WORDS.search(PLACE.sub("", text))] == []


def test_our_own_words_are_not_changed_by_what_libraries_say():
    ours = {entry.msgid for entry in entries(OWN)}
    assert sorted(ours & {entry.msgid for entry in entries(ENGLISH)}) == []


def test_quotes_are_typographic():
    own = {text for folder in FOLDERS for text in texts_in(ROOT / folder) if STRAIGHT.search(text)}
    assert own == set()
    told = [f"{path.name}: {found[0]}" for path in DEMO.glob("*.toml") for found in STRAIGHT.finditer(path.read_text())]
    assert told == []
