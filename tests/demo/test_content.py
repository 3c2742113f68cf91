import random
from datetime import UTC, datetime, timedelta

import pytest

from community.kernel.plain import language_of
from community.members.api import Role
from community.members.lookalikes import skeleton
from community.members.names import clean_username
from demo.content import FOLDER, picture, read, rows
from demo.loading.cast import Cast
from demo.loading.conversations import Conversations
from demo.loading.load import SEED
from demo.rhythm import Rhythm

TOPICS = {"topics.en": "en", "topics.zh": "zh-hans"}


def people():
    return rows("members", "member") + rows("members", "staff")


def test_names_are_allowed_and_told_apart():
    assert [clean_username(entry["username"]) for entry in people()] == [entry["username"] for entry in people()]
    assert len({skeleton(entry["username"]) for entry in people()}) == len(people())


def test_members_belong_to_clubs_that_exist():
    clubs = {entry["slug"] for entry in rows("community", "club")}
    assert {slug for entry in rows("members", "member") for slug in entry["clubs"]} == clubs
    assert {entry["language"] for entry in people()} == {"en", "zh-hans"}


def test_every_role_has_somebody():
    assert {entry["role"] for entry in rows("members", "staff")} == set(Role.values)


@pytest.mark.parametrize("name", TOPICS)
def test_topics_are_complete_and_in_their_language(name):
    boards = {entry["slug"] for kind in ("club", "board") for entry in rows("community", kind)}
    topics = rows(name, "topic")
    assert {entry["board"] for entry in topics} == boards
    assert len({entry["title"] for entry in topics}) == len(topics) == 61
    assert sum(not entry["replies"] for entry in topics) == 2  # somebody waits for an answer
    for entry in topics:
        text = " ".join([entry["title"], entry["body"], *entry["replies"]])
        assert language_of(text) == TOPICS[name], entry["title"]
        assert "best" not in entry or 0 < entry["best"] <= len(entry["replies"]), entry["title"]
        assert all(reply.strip() for reply in entry["replies"]), entry["title"]


def test_everything_with_two_languages_has_both():
    for kind in ("club", "board", "contest", "article"):
        for entry in rows("community", kind):
            both = {key[:-3] for key in entry if key.endswith(("_en", "_zh"))}
            assert both, kind
            for name in both:
                assert entry[f"{name}_en"], (entry["slug"], name)
                assert entry[f"{name}_zh"], (entry["slug"], name)
                if isinstance(entry[f"{name}_en"], list):
                    assert len(entry[f"{name}_en"]) == len(entry[f"{name}_zh"])


def test_ideas_are_from_members_and_every_decision_has_its_reason():
    members = {entry["username"] for entry in rows("members", "member")}
    for contest in rows("community", "contest"):
        for idea in contest["idea"]:
            assert idea["author"] in members
            assert ("decision" in idea) == ("reason_en" in idea) == ("reason_zh" in idea)


def test_searches_are_there_in_both_languages():
    searches = read("community")["searches"]
    assert [language_of(" ".join(searches[key])) for key in ("en", "zh")] == ["en", "zh-hans"]


def test_every_picture_is_there_and_used():
    used = [entry.get("picture") for name in TOPICS for entry in rows(name, "topic")]
    used += [idea.get("picture") for contest in rows("community", "contest") for idea in contest["idea"]]
    there = {path.stem for path in (FOLDER / "pictures").glob("*.webp")}
    assert {name for name in used if name} == there
    assert all(picture(name).read(4) == b"RIFF" for name in there)


@pytest.mark.parametrize("days", [0, 41, 82])
def test_somebody_is_there_for_every_text_whatever_the_hour(days):
    for hour in range(24):
        at = datetime(2026, 11, 25, hour, tzinfo=UTC) + timedelta(days=days)
        chance = random.Random(SEED)
        talks = Conversations(Cast(now=at, chance=chance), Rhythm(now=at, seed=SEED), chance).all
        assert all(line.at <= at for talk in talks for line in talk.lines)
