"""What notifications say, of one person and of several, in both languages."""

from __future__ import annotations

import re

import pytest

from community.inbox.models import Notification
from community.inbox.services import Notice, notification_kinds, notify
from tests.people import member

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

ONE = {
    "en": {
        "forums.best": "Your post is the best answer in “Racks”",
        "forums.mention": "Otto mentioned you in “Racks”",
        "forums.quote": "Otto quoted you in “Racks”",
        "forums.reply": "Otto replied in “Racks”",
        "forums.same": "Otto has the same question: “Racks”",
        "forums.useful": "Otto found your post in “Racks” useful",
        "ideas.brought_back": "Your idea is in the contest again: “Racks”",
        "ideas.decided": "Your idea was decided, with a reason: “Racks”",
        "ideas.results": "The results are here: “Racks”",
        "ideas.set_aside": "Your idea was set aside, with a reason: “Racks”",
        "ideas.voting": "The vote is open: “Racks”",
    },
    "zh-hans": {
        "forums.best": "你的回复成了“Racks”的最佳答案",
        "forums.mention": "Otto在“Racks”里提到了你",
        "forums.quote": "Otto在“Racks”里引用了你",
        "forums.reply": "Otto在“Racks”里写了1条回复",
        "forums.same": "Otto也遇到了：“Racks”",
        "forums.useful": "Otto觉得你在“Racks”里写的有用",
        "ideas.brought_back": "你的点子重新参加征集：“Racks”",
        "ideas.decided": "你的点子有了结果，附理由：“Racks”",
        "ideas.results": "结果出来了：“Racks”",
        "ideas.set_aside": "你的点子没有进入投票，原因已写明：“Racks”",
        "ideas.voting": "投票开始了：“Racks”",
    },
}
SEVERAL = {
    "en": {
        **ONE["en"],
        "forums.mention": "Otto, Mei and 1 more mentioned you in “Racks”",
        "forums.quote": "Otto, Mei and 1 more quoted you in “Racks”",
        "forums.reply": "Otto, Mei and 1 more wrote 3 replies in “Racks”",
        "forums.same": "Otto, Mei and 1 more have the same question: “Racks”",
        "forums.useful": "Otto, Mei and 1 more found your post in “Racks” useful",
    },
    "zh-hans": {
        **ONE["zh-hans"],
        "forums.mention": "Otto、Mei和另外1人在“Racks”里提到了你",
        "forums.quote": "Otto、Mei和另外1人在“Racks”里引用了你",
        "forums.reply": "Otto、Mei和另外1人在“Racks”里写了3条回复",
        "forums.same": "Otto、Mei和另外1人也遇到了：“Racks”",
        "forums.useful": "Otto、Mei和另外1人觉得你在“Racks”里写的有用",
    },
}


def tell(recipient, actors, now):
    """Each of these did what each kind tells of; the first one last."""
    notify(
        Notice(recipient.pk, kind, f"about:{kind}", actor.pk, "/posts/1/", "Racks", now, 100 * number + event)
        for number, kind in enumerate(sorted(notification_kinds()), start=1)
        for event, actor in enumerate(reversed(actors))
    )


def sentences(client, reader):
    client.force_login(reader)
    days = client.get("/notifications/").context["days"]
    return {line.notification.kind: line.sentence for _day, lines in days for line in lines}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("names", "said"), [(["Otto"], ONE), (["Otto", "Mei", "Ana"], SEVERAL)])
def test_every_kind_says_what_one_and_what_several_did(client, now, language, names, said):
    maja = member("maja", language=language)
    tell(maja, [member(name=name) for name in names], now)
    assert sentences(client, maja) == said[language]


@pytest.mark.parametrize("names", [["Otto", "Mei"], ["Otto", "Mei", "Ana"]])
def test_after_several_people_no_verb_is_in_the_singular(client, now, names):
    """A sentence begins with who did it: has, is, was, says."""
    maja = member("maja")
    tell(maja, [member(name=name) for name in names], now)
    who = "Otto and Mei" if len(names) == 2 else "Otto, Mei and 1 more"
    told = [sentence for sentence in sentences(client, maja).values() if sentence.startswith(who)]
    assert len(told) == 5
    assert [sentence for sentence in told if re.match(r"(has|is|was|[a-z]+s)\b", sentence[len(who) + 1 :])] == []


def test_who_acts_twice_is_one_person(client, now):
    maja, otto = member("maja"), member(name="Otto")
    tell(maja, [otto, otto], now)
    assert sentences(client, maja)["forums.same"] == "Otto has the same question: “Racks”"


def test_of_people_who_are_not_here_any_more_somebody_is_told(client, now):
    maja = member("maja")
    tell(maja, [member(), member()], now)
    Notification.objects.update(actor_ids=[10**9, 10**9 + 1])
    assert sentences(client, maja)["forums.same"] == "Somebody has the same question: “Racks”"
