"""Writes hostile texts wherever a member may write; prints the pages that show them as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from math import ceil
from uuid import uuid4

import django

django.setup()

from community.kernel.api import Invalid, now, one_line
from community.members.api import CarEntry, change_space, declare_keywords, register, set_garage
from community.members.mentions import MOST
from community.members.models import Member
from community.search.api import mark_content
from forums.models import Board, Topic, topic_slug
from forums.services import ensure_board, open_topic, write_post
from forums.views.boards import TOPICS_A_PAGE
from ideas.models import Idea
from ideas.queries import IDEAS_A_PAGE
from ideas.services import open_contest, submit_idea
from tests.real_data import HOSTILE

FILE = HOSTILE / "xss-payloads.txt"
NOW, DAYS = now(), timedelta(days=1)
POST = 39_000
CONTESTS = 8
ABOUT = 2000
NAME, MEANT = 60, 12


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


def titles(lines, most):
    """The lines as titles, which have no line breaks; what is longer is cut."""
    return list(dict.fromkeys(" ".join(line.replace("\0", "").split())[:most] for line in lines))


def copies(model, one, rows):
    """More rows like one that a service wrote, in one statement: thousands of acts would take half a minute."""
    kept = model.objects.filter(pk=one.pk).values().get()
    del kept["id"]
    model.objects.bulk_create([model(**{**kept, **row}) for row in rows], batch_size=500)


def topics(first, lines):
    """Each line as a topic's title. Gives the pages of the board that list them."""
    board = first.board
    copies(Topic, first, [{"title": title, "slug": topic_slug(title)} for title in titles(lines, 200)])
    count = Topic.objects.filter(board=board).count()
    Board.objects.filter(pk=board.pk).update(topic_count=count)
    return [f"{board.get_absolute_url()}?page={page}" for page in range(1, ceil(count / TOPICS_A_PAGE) + 1)]


def ideas(firsts, lines):
    """Each line as the title and text of an idea like one of these. Gives the pages of their contests that list them.

    Several contests: each page puts all ideas of its contest in order.
    """
    pages, found = [], titles(lines, 160)
    for place, first in enumerate(firsts):
        rows = enumerate(found[place :: len(firsts)], first.number + 1)
        copies(Idea, first, [{"title": title, "text": title, "number": number} for number, title in rows])
        count = ceil(Idea.objects.filter(contest=first.contest).count() / IDEAS_A_PAGE)
        pages += [f"{first.contest.get_absolute_url()}?page={page}" for page in range(1, count + 1)]
    return pages


def write(lines):
    otto, brand = Member.objects.get(username="otto"), Member.objects.get(username="of-brand")
    board = ensure_board(slug="hostile", title_en="Hostile", title_zh="恶意")
    topic = open_topic(author=otto, board=board, title="All of them", source="First", now=NOW)
    for text in posts(lines):
        write_post(author=otto, topic=topic, source=text, now=NOW)
    short = [line for line in lines if len(line) <= 160][::120]
    opened = [open_topic(author=otto, board=board, title=line, source=line, now=NOW) for line in short]
    few, *many = (contest_of(brand, f"hostile-{number}", short) for number in range(1 + CONTESTS))
    handed_in = [submit_idea(author=otto, contest=few, title=line, source=line, now=NOW) for line in short[:8]]
    firsts = [submit_idea(author=otto, contest=one, title=short[8], source=short[8], now=NOW) for one in many]
    spaces = [space(number, lines[number * 40 :]) for number in range(10)]
    pages = [topic.get_absolute_url(), board.get_absolute_url(), few.get_absolute_url(), "/", "/ideas/", *spaces[:3]]
    lists = [*topics(opened[-1], lines), *ideas(firsts, lines)]
    return {
        "pages": [*pages, *(one.get_absolute_url() for one in (*opened[::8], *handed_in))],
        "lists": lists,
        "spaces": [*spaces[3:], *abouts(lines)],
        "titles": Topic.objects.filter(board=board).count() + Idea.objects.filter(contest__in=many).count(),
        "words": short[:20],
        "meant": meant(lines),
    }


def contest_of(brand, slug, short):
    """A contest that takes ideas."""
    return open_contest(
        actor=brand,
        slug=slug,
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


def abouts(lines):
    """All lines as what members say of themselves, in as few spaces as hold them."""
    about, texts = "", []
    for line in lines:
        if len(about) + len(line) > ABOUT and about:
            texts.append(about)
            about = ""
        about += f"{line[:ABOUT]}\n"
    names = [f"about{number}x" for number in range(len(texts) + 1)]
    first = register(username="aboutx", email="about@example.org", password=None, now=NOW)
    change_space(member=first, name="", about="First", language="en", now=NOW)
    own = zip(names, [*texts, about], strict=True)
    rows = [{"username": name, "skeleton": name, "email": None, "about": text} for name, text in own]
    copies(Member, first, [{**row, "public_id": uuid4()} for row in rows])
    return [f"/members/{name}/" for name in names]


def meant(lines):
    """Members with hostile names, as many behind each beginning of a user name as one list offers: the beginnings."""
    names = list(dict.fromkeys(name for line in lines if (name := one_line(line)) and len(name) <= NAME))
    names = names[:: len(names) // (MEANT * MOST) + 1]
    first = register(username="meantx", email="meant@example.org", password=None, now=NOW)
    begun = [chr(ord("a") + number // MOST) for number in range(len(names))]
    rows = [(f"meant{letter}{number}", name) for number, (letter, name) in enumerate(zip(begun, names, strict=True))]
    own = [{"username": each, "skeleton": each, "email": None, "name": name} for each, name in rows]
    copies(Member, first, [{**row, "public_id": uuid4()} for row in own])
    mark_content("member", Member.objects.filter(username__startswith="meant").values_list("pk", flat=True))
    return [f"meant{letter}" for letter in dict.fromkeys(begun)]


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


print(json.dumps(write(payloads())))
