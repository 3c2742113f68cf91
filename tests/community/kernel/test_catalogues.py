"""The Chinese catalogues: nothing missing, every figure and name in its place, the tone of one voice."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[3]
OWN = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
LIBRARIES = ROOT / "locale/libraries/zh_Hans/LC_MESSAGES/django.po"
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%d")


def entries(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


@pytest.mark.parametrize("path", [OWN, LIBRARIES], ids=["own", "libraries"])
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


def test_what_libraries_say_is_still_said_by_them():
    known = set()
    for package in ("allauth", "django"):
        folder = Path(str(find_spec(package).origin)).parent
        for name in (
            *folder.glob("locale/*/LC_MESSAGES"),
            *folder.glob("conf/locale/*/LC_MESSAGES"),
            *folder.glob("contrib/auth/locale/*/LC_MESSAGES"),
        ):
            if name.parent.name == "zh_Hans":
                known |= {entry.msgid for entry in polib.pofile(str(name / "django.po"))}
    assert [entry.msgid for entry in entries(LIBRARIES) if entry.msgid not in known] == []
