"""Every field of the forums against strings and pictures made to break things."""

import csv
import html
import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from community.kernel.api import visible
from community.kernel.markup import render
from community.kernel.typography import glued
from forums import services
from forums.models import Post, PostRevision, Topic
from tests.forums.places import board, first_post, reply, topic
from tests.people import member
from tests.real_data import HOSTILE, QUARTERS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.data,
]
TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img", "h3", "h4"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "blockquote": {"class"}}


def naughty():
    return json.loads((HOSTILE / "naughty-strings.json").read_text())


def scripts():
    return (HOSTILE / "xss-payloads.txt").read_text().splitlines()


def injections():
    files = sorted((HOSTILE / "sql-injection").iterdir())
    return [line for file in files for line in file.read_text(errors="replace").splitlines()]


def everything():
    return [text for text in [*naughty(), *scripts(), *injections()] if text.strip()]


class Seen(HTMLParser):
    """The elements and attributes of HTML, as a browser finds them."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.wrong = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name not in ATTRIBUTES.get(tag, set()):
                self.wrong.append((tag, name, value))
            scheme = re.match(r"[a-z][a-z0-9+.-]*:", address)
            if name == "href" and scheme and scheme[0] not in ("http:", "https:", "mailto:"):
                self.wrong.append((tag, name, value))
            if name == "src" and not address.startswith("/media/"):
                self.wrong.append((tag, name, value))


def assert_harmless(text, rendered):
    seen = Seen()
    seen.feed(rendered)
    assert (seen.tags - TAGS, seen.wrong) == (set(), []), text


def title_of(text):
    return " ".join(text.replace("\0", "").split())


@pytest.mark.serverless
def test_every_text_is_rendered_harmless():
    for text in everything():
        assert_harmless(text, render(text, mentions={}))


@QUARTERS
def test_every_text_is_kept_as_typed(now, part):
    opened, tom = topic(), member("tom")
    for text in [*naughty()[::2], *scripts()[::5], *injections()[::40]][part::4]:
        if text.replace("\0", "").strip():
            post = services.write_post(author=tom, topic=opened, source=text, now=now)
            post.refresh_from_db()
            assert post.source == text.replace("\r\n", "\n").replace("\0", "").strip()
            assert_harmless(text, post.html)


def test_an_edit_keeps_every_text_and_its_history(now):
    opened = topic()
    texts = naughty()[::3]
    for text in texts:
        if visible(title_of(text[:200])):
            services.edit_post(editor=opened.author, post=first_post(opened), source=text, title=text[:200], now=now)
            post = first_post(opened)
            assert (post.source, post.topic.title) == (text.replace("\0", "").strip(), title_of(text[:200]))
    assert PostRevision.objects.count() == len([text for text in texts if visible(title_of(text[:200]))])


def sent(client, **fields):
    """The answer to a topic that is sent."""
    cache.clear()  # the limit of posts a minute is another test
    return client.post("/boards/racks/new/", fields)


@pytest.mark.serverless
@QUARTERS
def test_every_title_and_tag_is_kept_and_escaped_or_refused(client, part):
    place = board("racks")
    client.force_login(member("tom"))
    for text in [*scripts()[::36], *naughty()[::6]][part::4]:
        title = title_of(text)
        answer = sent(client, title=text, source=text, tags=text)
        if answer.status_code == 422:
            wrong = answer.context["form"].errors.keys()
            assert ("title" in wrong) == (not visible(title) or len(title) > 200 or "\0" in text), text
            assert "tags" not in wrong or html.escape(text.strip()) in answer.content.decode(), text
            if wrong != {"tags"}:
                continue
            answer = sent(client, title=text, source=text)
        opened = Topic.objects.latest("pk")
        assert (answer.status_code, opened.title) == (302, title), text
        assert (len(opened.tags) <= 3, [tag for tag in opened.tags if len(tag) > 30]) == (True, []), text
        assert [c for c in "".join(opened.tags) if unicodedata.category(c)[0] == "C"] == [], text
        if title.isprintable() and title.isascii() and not set(title) & set(",@") and len(title) <= 30:
            assert opened.tags == [title], text
    assert place.topics.count() > 20
    assert place.topics.exclude(tags=[]).count() > 5
    assert_shown(client, place)


def assert_shown(client, place):
    """Every title and tag of a board stands on its pages as it was written; a few on their own, and in the feeds."""
    first = client.get("/boards/racks/", {"order": "new"})
    more = range(2, first.context["pages"] + 1)
    pages = [first, *(client.get("/boards/racks/", {"order": "new", "page": number}) for number in more)]
    text = "".join(page.content.decode() for page in pages)
    for number, found in enumerate(place.topics.all()):
        title = html.escape(glued(found.title))
        assert title in text, found.title
        assert [tag for tag in found.tags if f">{html.escape(tag)}</a>" not in text] == []
        if number % 8 == 0:
            assert f">{title}</h1>" in client.get(found.get_absolute_url()).content.decode()
    assert client.get("/boards/racks/feed.atom").status_code == 200
    assert client.get("/boards/racks/feed.rss").status_code == 200


@pytest.mark.serverless
@QUARTERS
def test_every_address_parameter_is_survived(client, part):
    opened = topic()
    said = reply(opened)
    client.force_login(member("tom"))
    for text in naughty()[::6][part::4]:
        cache.clear()
        answers = [
            client.get(opened.get_absolute_url(), {"page": text, "quote": text, "next": text}),
            client.get(opened.board.get_absolute_url(), {"page": text}),
            client.post(f"/posts/{said.pk}/react/", {"kind": text}),
            client.post(f"/topics/{opened.pk}/moderate/", {"act": text}),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 422, 302], text
    assert Post.objects.filter(useful_count=0, same_count=0).count() == 2


@pytest.mark.serverless
def test_every_picture_is_taken_or_refused(client):
    client.force_login(member("tom"))
    with (HOSTILE / "images" / "pillow-verdict.csv").open() as table:
        verdicts = {row["file"]: row for row in csv.DictReader(table)}
    taken = {}
    for path in sorted((HOSTILE / "images").iterdir()):
        cache.clear()
        file = SimpleUploadedFile(path.name, path.read_bytes(), content_type="image/png")
        answer = client.post("/posts/upload/", {"picture": file}, headers={"accept": "application/json"})
        assert answer.status_code in (200, 422), path.name
        taken[path.name] = answer.status_code == 200
    for name, row in verdicts.items():
        if name in taken and row["verdict_pillow"].endswith("Error"):
            assert taken[name] is False, name
    plain = ("hopper.jpg", "hopper.png", "hopper.gif", "exif_gps.jpg", "hopper_bad_exif.jpg")
    assert {name: taken[name] for name in plain} == dict.fromkeys(plain, True)
    assert taken["hopper.bmp"] is False and taken["decompression_bomb.gif"] is False


@pytest.mark.serverless
def test_the_specifications_examples_render_harmless():
    for example in json.loads((HOSTILE / "commonmark-spec.json").read_text()):
        assert_harmless(example["markdown"], render(example["markdown"], mentions={}))
