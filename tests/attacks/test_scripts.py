"""Scripts in every field of the brand's people and of members, wherever what was typed comes out again.

Texts of posts and ideas, titles of topics, decisions: tests/forums/test_hostile.py and tests/ideas/test_hostile.py.
"""

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from defusedxml.minidom import parseString
from django.core import mail
from django.test import Client
from django.utils import timezone

from clubs.services import ensure_club
from community.members.api import CarEntry, Member, Role, declare_keywords, set_garage
from community.pages.api import ensure_page, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage, ClubPage, ContestPage
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.models import Keyword, KeywordKind, Segment, Synonym, TermSighting
from forums.services import edit_post, ensure_board
from ideas.models import Contest
from ideas.services import decide
from tests.contests import DECISION, PHASES, begin, idea
from tests.forgetting import forget_vocabulary
from tests.forums.places import first_post, reply, topic
from tests.harmless import assert_harmless
from tests.people import THEN, confirm, member, permit, staff
from tests.real_data import HOSTILE
from tests.relay import drain
from tests.sites import ensure_site

FILE = HOSTILE / "xss-payloads.txt"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.data,
    pytest.mark.serverless,
]
SAID = re.compile(r'<script [^>]*type="application/json"[^>]*>(.*?)</script>', re.DOTALL)
LINKED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
# What is written for the places of ours in which a text stands: attributes, JSON in a script, XML, a cell, an address.
OURS = [
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)' x='",
    '" onfocus="alert(1)" autofocus x="',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "</textarea><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "{{ 7|add:7 }}{% now 'Y' %}%(name)s %s {0} {name}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<b>\u2028\u2029\ufeff",
]


TITLES, ABOUTS, WORDS = ("title_en", "title_zh"), ("about_en", "about_zh"), ("keywords", "models")


class Texts:
    """One hostile text after another, no longer than asked for."""

    def __init__(self):
        theirs = [line for line in FILE.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        self.texts, self.at, self.used = [*OURS, *theirs[::45]], 0, set()

    def __call__(self, longest):
        while True:
            text = self.texts[self.at % len(self.texts)]
            self.at += 1
            if len(text) <= longest and "\0" not in text:
                self.used.add(text)
                return text


@pytest.fixture
def hostile():
    return Texts()


@pytest.fixture
def brand(hostile):
    """A site whose every name, title and reason was chosen by an enemy."""
    ensure_site()
    boss = staff(Role.BRAND_MANAGER, "boss")
    boss.name = "Boss"
    boss.save()
    words = [
        Keyword.objects.create(code=f"k{n}", kind=KeywordKind.values[n % 4], name_en=hostile(60), name_zh=hostile(60))
        for n in range(24)
    ]
    Synonym.objects.bulk_create(Synonym(keyword=word, text=f"word{n} {hostile(40)}") for n, word in enumerate(words))
    forget_vocabulary()
    vocabulary_changed()
    for n in range(24):
        club = {"title_en": hostile(60), "title_zh": hostile(60), "about_en": hostile(200), "about_zh": hostile(200)}
        ensure_club(slug=f"club{n}", kind=("brand", "circle")[n % 2], now=THEN, **club)
        ensure_board(slug=f"board{n}", title_en=hostile(60), title_zh=hostile(60))
        Segment.objects.create(
            name=f"{n} {hostile(70)}",
            line=f"interest:k{n}",
            purpose="product_news",
            channel="email",
            created_at=timezone.now(),
            owner=boss,
        )
    for _n in range(10):
        word = hostile(40)
        TermSighting.objects.bulk_create(
            TermSighting(member_id=who + 1, term=word, source="search", count=3, at=timezone.now()) for who in range(6)
        )
    return boss


@pytest.fixture
def people(hostile, brand):
    """Members whose names, texts, cars and words are hostile, in every club, writing in every board."""
    made = []
    for n in range(12):
        person = permit(member(f"hostile{n}x"), "profiling:onsite", "product_news:email")
        # A name of spaces, or like the brand’s, would be refused; older accounts may have one.
        Member.objects.filter(pk=person.pk).update(name=hostile(50), about=hostile(1500))
        person.refresh_from_db()
        declare_keywords(member=person, keywords=[hostile(40) for _ in range(10)] + [f"word{n}"], now=THEN)
        set_garage(member=person, cars=[CarEntry(hostile(40), hostile(60)) for _ in range(5)], now=THEN)
        made.append(person)
    return made


def shown(html):
    """Harmless; scripts of data hold nothing but JSON, and no sign that could end them."""
    for data in LINKED.findall(html):
        assert json.loads(data)["@context"] == "https://schema.org"
        assert not re.search(r"[<>&]", data)
    for data in SAID.findall(html):
        assert json.loads(data) and not re.search(r"[<>&]", data)
    assert_harmless(SAID.sub("", LINKED.sub("", html)))


def client_of(person, language="en"):
    client = Client()
    client.force_login(person)
    person.language = language
    person.save()
    return client


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_runs_on_any_page(hostile, brand, people, language):
    opened = topic(author=people[0], where=ensure_board(slug="board0", title_en="x", title_zh="x"), title=hostile(150))
    reply(opened, author=people[1], source=f"@hostile2x {hostile(500)}")
    edit_post(editor=people[0], post=first_post(opened), source=hostile(500), title=hostile(150), now=THEN)
    opened.refresh_from_db()
    drain()
    pages = ["/", "/clubs/", "/boards/", "/new/", "/ideas/", "/search/?q=alert", "/search/?q=script&kind=people"]
    pages += [f"/clubs/club{n}/" for n in range(3)] + [f"/boards/board{n}/" for n in range(3)]
    pages += [f"/members/hostile{n}x/" for n in range(4)]
    pages += [opened.get_absolute_url(), f"/topics/{opened.pk}/since/", f"/posts/{first_post(opened).pk}/history/"]
    pages += ["/clubs/club0/members/", "/boards/board0/new/", "/notifications/", "/notifications/bell/", "/me/space/"]
    pages += ["/me/knows/", "/me/knows/history/", "/me/knows/looks/", f"/members/?q=hostile&topic={opened.pk}"]
    desk = ["/workbench/", "/workbench/segments/", "/workbench/terms/", "/workbench/contests/", "/workbench/people/"]
    desk += ["/workbench/people/?q=interest:k1", "/workbench/people/?q=interest:k1&rows=compact"]
    desk += [f"/workbench/people/{person.public_id}/" for person in people[:3]]
    desk += ["/workbench/boards/", "/workbench/boards/new/", "/workbench/clubs/", "/workbench/clubs/new/"]
    desk += [f"/workbench/{part}{n}/" for n in range(4) for part in ("boards/board", "clubs/club")]
    desk += ["/clubs/club0/about/"]
    desk += ["/cms/snippets/crm_bridge/keyword/"]
    for who, addresses in ((people[0], pages), (brand, [*desk, *pages])):
        client = client_of(who, language)
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            if "/cms/" not in address:
                shown(answer.content.decode())
    assert len(hostile.used) > 100


def test_nothing_runs_in_a_contest_its_brief_and_its_desk(hostile):
    home, boss = ensure_site(), staff(Role.BRAND_MANAGER, "boss")
    desk = client_of(boss)
    days = {kind: at.strftime("%Y-%m-%dT%H:%M") for kind, at in PHASES}
    for n in range(8):
        titles = {"title_en": hostile(80), "title_zh": hostile(80)}
        assert desk.post("/workbench/contests/", {"slug": f"c{n}", **titles, **days}).status_code == 302
    where = Contest.objects.prefetch_related("phases").get(slug="c0")
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    brief = {"lead": hostile(400), "prize": hostile(400), "rules": hostile(400)}
    for kind, parent, more in (
        (ContestPage, home, {"contest_slug": "c0", **brief}),
        (ClubPage, home, {"club_slug": "club0", "lead": hostile(400)}),
        (ArticlePage, index, {"lead": hostile(300)}),
    ):
        texts = [{"title": hostile(120), "body": paragraphs([hostile(400) for _ in range(5)]), **more} for _ in "ez"]
        ensure_page(kind, parent, slug=kind.__name__.lower(), en=texts[0], zh=texts[1])
    ensure_club(slug="club0", title_en=hostile(60), title_zh=hostile(60), now=THEN)
    ideas = [idea(where, title=hostile(100)) for _ in range(12)]
    for one in ideas:
        reasons = {"reason_en": hostile(300), "reason_zh": hostile(300)}
        decide(actor=boss, idea=one, decision="adopted", **reasons, now=DECISION + timedelta(hours=1))
    begin(where, "results")
    pages = [
        "/",
        "/ideas/",
        "/articles/",
        "/articles/articlepage/",
        "/clubs/club0/",
        "/workbench/",
        "/workbench/contests/",
    ]
    pages += ["/contests/c0/", "/contests/c0/results/", "/contests/c0/since/", "/workbench/contests/c0/"]
    pages += [one.get_absolute_url() for one in ideas[:3]]
    for language in ("en", "zh-hans"):
        client = client_of(boss, language)
        for address in pages:
            answer = client.get(address)
            assert answer.status_code == 200, address
            shown(answer.content.decode())
    for n in range(1, 8):  # once more, by the form that changes them
        began = Contest.objects.get(slug=f"c{n}").version
        titles = {"title_en": hostile(80), "title_zh": hostile(80)}
        assert desk.post(f"/workbench/contests/c{n}/titles/", titles | {"version": began}).status_code == 302
        late = desk.post(f"/workbench/contests/c{n}/titles/", {"title_en": hostile(80), "title_zh": "x"})
        assert late.status_code == 409
        shown(late.content.decode())
    refused = desk.post("/workbench/contests/", {"slug": hostile(60), "title_en": hostile(80), "title_zh": ""})
    assert refused.status_code == 422
    shown(refused.content.decode())


def test_what_is_refused_comes_back_harmless(hostile, brand):
    """Each form with what does not hold, so that it shows what was typed."""
    client = client_of(brand)
    for _n in range(12):
        text = hostile(400)
        for address, sent in {
            "/workbench/people/save/": {"q": text, "name": text},
            "/workbench/people/export/": {"q": f"interest:{text}"},
            "/workbench/terms/decide/": dict.fromkeys(("do", "term", "keyword", "name_en", "name_zh", "kind"), text),
            "/me/space/": {
                "name": "x" * 70 + text,
                "about": text,
                "keywords": text,
                "car-0-brand": text,
                "car-TOTAL_FORMS": 1,
            },
            "/me/knows/interests/": {"act": "add", "term": text},
            "/me/knows/erase/": {"username": text},
            "/me/knows/pause/": {"until": text},
            "/boards/board0/new/": {"title": text, "source": ""},
            "/workbench/boards/new/": dict.fromkeys((*TITLES, *ABOUTS, "slug", "readers", "position"), text),
            "/workbench/boards/board1/": dict.fromkeys((*TITLES, *ABOUTS, "readers", "position", "version"), text),
            "/workbench/clubs/new/": dict.fromkeys((*TITLES, *ABOUTS, *WORDS, "slug", "kind"), text),
            "/workbench/clubs/club0/": dict.fromkeys((*TITLES, *ABOUTS, *WORDS, "version"), text),
            "/workbench/clubs/club2/": dict.fromkeys((*TITLES, *ABOUTS, *WORDS, "version"), text[:70]),
            "/workbench/clubs/club0/roles/": {"username": text, "role": text},
            "/clubs/club0/about/": dict.fromkeys((*ABOUTS, "version"), text),
            "/account/email/": {"email": text, "action_add": "1"},
        }.items():
            answer = client.post(address, sent)
            assert answer.status_code in {302, 303, 403, 409, 422, 429}, address
            shown(answer.content.decode())
        shown(client.get("/workbench/people/", {"q": text}).content.decode())
        shown(client.get("/search/", {"q": text, "kind": text, "order": text}).content.decode())
        guest = Client(enforce_csrf_checks=True)
        shown(guest.post("/me/space/", {text[:50]: text}, headers={"origin": "http://testserver"}).content.decode())
        shown(guest.get("/account/login/", {"next": text}).content.decode())


def test_feeds_are_whole_and_hold_what_was_written_as_text(hostile, people):
    for n in range(12):
        place = ensure_board(slug=f"board{n}", title_en="x", title_zh="x")
        opened = topic(author=people[n], where=place, title=hostile(150))
        reply(opened, author=people[n - 1], source=hostile(300))
        for address in (f"/boards/board{n}/feed", f"/topics/{opened.pk}/feed"):
            for kind in ("rss", "atom"):
                answer = Client().get(f"{address}.{kind}")
                feed = parseString(answer.content)
                names = {
                    element.tagName.partition(":")[2] or element.tagName for element in feed.getElementsByTagName("*")
                }
                assert not names & {"script", "svg", "img", "iframe", "b"} and f"{kind}" in answer["Content-Type"]
                for element in feed.getElementsByTagName("*"):
                    if element.tagName in {"description", "summary", "content"}:
                        shown("".join(node.data for node in element.childNodes))
    parseString(Client().get("/sitemap.xml").content)


def test_the_table_of_people_holds_no_formula_and_reads_back(hostile, brand, people):
    drain()
    client = client_of(brand)
    text = client.post("/workbench/people/export/", {"q": "permit:product_news:email"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(people) and all(None not in row for row in rows)
    for row in rows:
        assert not [cell for cell in row.values() if re.match(r"\s*[=+\-@＝＋－＠\t\r]", cell)]


def test_ones_file_is_a_file_of_data(hostile, people):
    client = client_of(people[0])
    confirm(client)
    answer = client.get("/me/knows/download/")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/json", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment") and json.loads(answer.content)


def test_mails_are_plain_and_have_one_line_of_subject(hostile, brand):
    for n in range(8):
        name = hostile(50)
        sent = {
            "username": f"new{n}",
            "email": f"new{n}@example.org",
            "password1": "correct horse battery",
            "name": name,
        }
        Client().post("/account/signup/", sent, REMOTE_ADDR=f"10.0.0.{n}")
        Member.objects.filter(username=f"new{n}").update(name=name)
        for address in ("/account/login/code/", "/account/password/reset/"):
            Client().post(address, {"email": f"new{n}@example.org"}, REMOTE_ADDR=f"10.0.0.{n}")
    assert len(mail.outbox) > 8
    for message in mail.outbox:
        assert message.content_subtype == "plain" and not getattr(message, "alternatives", None)
        assert "\n" not in message.subject and "<" not in message.subject
        assert [kept for kept in message.message() if kept.lower() in {"bcc", "cc"}] == []


def test_titles_in_attributes_are_what_was_written(hostile, brand):
    text = OURS[0]
    ensure_board(slug="board0", title_en=text, title_zh=text)
    place = ensure_board(slug="quoted", title_en=text, title_zh=text)
    html = Client().get(f"/boards/{place.slug}/").content.decode()
    titles = [unescape(found) for found in re.findall(r'title="([^"]*)"', html)]
    assert text in titles
