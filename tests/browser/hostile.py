"""Writes hostile texts wherever a member may write; prints the pages that show them as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from community.kernel.api import Invalid, now
from community.members.api import CarEntry, change_space, declare_keywords, register, set_garage
from community.members.models import Member
from forums.services import ensure_board, open_topic, write_post
from ideas.services import open_contest, submit_idea

FILE = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "xss-payloads.txt"
NOW, DAYS = now(), timedelta(days=1)
POST = 39_000


def payloads() -> list[str]:
    return list(dict.fromkeys(line for line in FILE.read_text(errors="replace").splitlines() if line.strip()))


def posts(lines):
    """All lines as paragraphs, in as few posts as hold them."""
    text = ""
    for line in lines:
        if len(text) + len(line) > POST and text:
            yield text
            text = ""
        text += f"{line[:POST]}\n\n"
    yield text


def write(lines):
    otto, brand = Member.objects.get(username="otto"), Member.objects.get(username="of-brand")
    board = ensure_board("hostile", title_en="Hostile", title_zh="恶意")
    topic = open_topic(author=otto, board=board, title="All of them", source="First", now=NOW)
    for text in posts(lines):
        write_post(author=otto, topic=topic, source=text, now=NOW)
    short = [line for line in lines if len(line) <= 160][::120]
    for line in short:
        open_topic(author=otto, board=board, title=line, source=line, now=NOW)
    contest = open_contest(
        actor=brand,
        slug="hostile",
        title_en=short[0],
        title_zh=short[1],
        phases=[
            ("submission", NOW - DAYS),
            ("voting", NOW + DAYS),
            ("decision", NOW + 2 * DAYS),
            ("results", NOW + 3 * DAYS),
        ],
        now=NOW - 2 * DAYS,
    )
    ideas = [submit_idea(author=otto, contest=contest, title=line, source=line, now=NOW) for line in short[:8]]
    spaces = [space(number, lines[number * 40 :]) for number in range(10)]
    pages = [topic.get_absolute_url(), board.get_absolute_url(), contest.get_absolute_url(), "/", "/ideas/", *spaces]
    return {"pages": [*pages, *(idea.get_absolute_url() for idea in ideas)], "words": short[:20]}


def space(number, lines):
    """The space of somebody whose every field is hostile."""
    name = f"hostile{number}x"
    person = register(username=name, email=f"{name}@example.org", password=None, now=NOW)
    shown = next((line[:60] for line in lines if len(line) < 60), "")
    try:
        change_space(member=person, name=shown, about="\n".join(lines)[:2000], language="en", now=NOW)
    except Invalid:
        change_space(member=person, name="", about="\n".join(lines)[:2000], language="en", now=NOW)
    declare_keywords(member=person, keywords=lines[:20], now=NOW)
    set_garage(member=person, cars=[CarEntry(line, line) for line in lines[:10]], now=NOW)
    return f"/members/{name}/"


print(json.dumps(write(payloads())))  # noqa: T201 - read by the test
