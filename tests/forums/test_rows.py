"""Rows and posts are made once for what they show; nothing of one reader is in what another gets."""

import gc
import re
import time
import tracemalloc
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation

from community.kernel.text_cache import TextCache
from community.members.api import Member, Role, erase_member
from forums import queries
from forums.models import Post
from forums.templatetags import rows
from tests.forums.places import board, reply, topic
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture
def made(monkeypatch):
    """The templates rendered since, by name."""
    names = []
    render = rows.render_to_string

    def counted(name, context):
        names.append(name)
        return render(name, context)

    monkeypatch.setattr(rows, "render_to_string", counted)
    monkeypatch.setattr(rows, "POSTS", TextCache(rows.POSTS.most))
    return names


def read(address, reader=None):
    client = Client()
    if reader:
        client.force_login(reader)
    return client.get(address).content.decode()


def test_what_was_shown_is_not_made_again_and_each_reader_has_their_own_token(made):
    found = topic(title="Which rack of all?")
    reply(found)
    ada, bea = member("ada"), member("bea")
    pages = [read(found.get_absolute_url(), reader) for reader in (ada, bea, None, None)]
    assert made == ["forums/post_item.html"] * 4  # two posts, for members and for guests
    posts = [page.partition('id="posts"')[2].partition("</ol>")[0] for page in pages]
    tokens = [TOKEN.findall(text) for text in posts]
    assert [(len(found), len(set(found))) for found in tokens] == [(2, 1), (2, 1), (0, 0), (0, 0)]
    assert tokens[0] != tokens[1]
    assert tokens[0][0] in pages[0].partition("</ol>")[2]  # of the reply's form
    assert rows._TOKEN not in "".join(pages)


def test_a_press_with_the_token_of_the_page_is_taken(made):
    found = topic(title="Press here")
    ada = member("ada")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    client.get(found.get_absolute_url())
    token = TOKEN.search(client.get(found.get_absolute_url()).content.decode())[1]
    address = f"/posts/{Post.objects.get().pk}/react/"
    assert client.post(address, {"kind": "useful"}).status_code == 403
    assert client.post(address, {"kind": "useful", "csrfmiddlewaretoken": token}).status_code == 302
    assert Post.objects.get().useful_count == 1


CHANGES = {
    "html": lambda post: setattr(post, "html", "<p>Something else</p>"),
    "useful": lambda post: setattr(post, "useful_count", 7),
    "same": lambda post: setattr(post, "same_count", 8),
    "score": lambda post: setattr(post, "score", 9),
    "edited": lambda post: setattr(post, "edited_at", timezone.now()),
    "deleted": lambda post: setattr(post, "deleted_at", timezone.now()),
    "removed": lambda post: vars(post).update(deleted_at=timezone.now(), deleted_by_id=staff(Role.MODERATOR).pk),
    "official": lambda post: setattr(post, "official", True),
    "kind": lambda post: setattr(post, "kind", "comment"),
    "number": lambda post: setattr(post, "number", 3),
    "author": lambda post: setattr(post, "author", member("somebody-else", name="Somebody Else")),
    "time": lambda post: setattr(post, "written_at", post.written_at - timedelta(days=9)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_of_a_post_is_shown(change):
    found = topic(title="Changing")
    post = reply(found)
    before = read(found.get_absolute_url())
    CHANGES[change](post)
    post.save()
    after = read(found.get_absolute_url())
    first, second = (text.partition('id="floor1"')[2].partition("</ol>")[0] for text in (before, after))
    assert first != second
    assert first.partition("</li>")[0] == second.partition("</li>")[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("title", "Other"), ("pinned", True), ("closed", True), ("answered_by_brand", True), ("tags", ["steel"])),
        *(("post_count", 9), ("language", "zh-hans"), ("slug", "other"), ("last_post_at", timezone.now())),
    ],
)
def test_whatever_changes_of_a_topic_is_shown(field, value):
    where = board("racks")
    found = topic(title="Changing", where=where, now=timezone.now() - timedelta(days=9))
    before = read(where.get_absolute_url())
    type(found).objects.filter(pk=found.pk).update(**{field: value})
    after = read(where.get_absolute_url())
    assert after.partition('<ul class="topics"')[2] != before.partition('<ul class="topics"')[2]


def shown(found, viewer, **powers):
    template = Template("{% load rows %}{% for row in rows %}{% post_item row %}{% endfor %}")
    return template.render(Context({"rows": queries.topic_page(found, 1, viewer), **powers}))


def test_the_buttons_are_those_of_the_reader(made):
    found, ada = topic(title="Buttons"), member("ada")
    post = reply(found, author=ada)
    assert f"/posts/{post.pk}/edit/" in shown(found, ada)
    assert f"/posts/{post.pk}/edit/" not in shown(found, member("bea"))
    assert f"/posts/{post.pk}/edit/" in shown(found, member("mo"), is_moderator=True)
    assert f"/posts/{post.pk}/best/" in shown(found, found.author, can_choose=True)
    assert "<form" not in shown(found, None, guest=True)


def test_each_language_has_its_own(made):
    found = topic(title="Languages")
    english = shown(found, None, guest=True)
    with translation.override("zh-hans"):
        chinese = shown(found, None, guest=True)
    assert ("Useful" in english, "Useful" in chinese, "有用" in chinese) == (True, False, True)
    assert shown(found, None, guest=True) == english


def test_long_posts_and_those_of_who_edits_templates_are_made_each_time(made, settings):
    found = topic(title="Long")
    Post.objects.update(html="<p>word</p>" * 3000)
    for _time in range(2):
        shown(found, None, guest=True)
    assert len(made) == 2
    settings.DEBUG = True
    short = topic(title="Short")
    for _time in range(2):
        shown(short, None, guest=True)
    assert len(made) == 4


@pytest.mark.parametrize("character", ["a", "山", "😀"])
def test_as_many_bytes_are_kept_as_is_said_whatever_is_written(monkeypatch, character):
    found = topic(title="Long ones")
    Post.objects.update(html=f"<p>{character * (rows.LONGEST - 7)}</p>")
    [row] = queries.topic_page(found, 1, None)
    html, counted = row.post.html, 0
    kept = TextCache(2_000_000)
    monkeypatch.setattr(rows, "POSTS", kept)
    rows.post_item({"guest": True}, row)  # with its template
    tracemalloc.start()
    try:
        for number in range(1, 600):
            row.post.pk, row.post.html = number, f"{html[:-8]}{number:04}</p>"
            rows.post_item({"guest": True}, row)
            counted = max(counted, kept.size)
        gc.collect()
        really, _most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1_900_000 < counted <= 2_000_000
    assert 1_000_000 < really < 2_200_000
    assert html[:100] not in str(list(kept._texts))


def test_what_was_deleted_is_not_made_from_its_text(made):
    found = topic(title="Taken back")
    Post.objects.update(html="<p>secret</p>", deleted_at=timezone.now())
    shown(found, None, guest=True)
    assert "secret" not in str(rows.POSTS._texts)


@pytest.mark.embedded  # it sets the clock of the cache in memory
def test_a_post_says_how_its_author_is_named_where_that_is_another_name():
    people = [member("frida-holm", name="Frida Holm"), member("老唐"), member("gone-soon", name="Gone Soon")]
    found = topic(author=people[0])
    for person in people[1:]:
        reply(found, author=person, source=f"Of {person.pk}")
    erase_member(member=people[2], now=timezone.now())
    assert re.findall(r'<span class="handle">([^<]*)<', read(found.get_absolute_url())) == ["@frida-holm"]


def test_an_erased_name_is_gone_from_what_is_newest_within_seconds(monkeypatch):
    found = topic(title="Newest")
    reply(found, author=member("bobby", name="Roberta Name"))
    address = f"/topics/{found.pk}/since/"
    assert "Roberta Name" in read(address)
    erase_member(member=Member.objects.get(username="bobby"), now=timezone.now())
    later = time.time() + 6
    monkeypatch.setattr("django.core.cache.backends.locmem.time.time", lambda: later)
    assert "Roberta Name" not in read(address)
