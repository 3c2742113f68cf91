"""What a post said before: members read it, a moderator can take it out, and it costs little however long it was."""

import re
import time
from datetime import timedelta

import pytest
from django.urls import reverse

from community.kernel.api import NotAllowed
from community.members.api import Role, erase_member
from crm_bridge.mirror.explain import document
from forums import services
from forums.models import Post, PostRevision
from forums.queries.history import MOST_LINES, differences
from tests.forums.places import board, first_post, reply, topic
from tests.people import THEN, member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
ADDRESS = "I live at 7 Elm Road, come by."


@pytest.fixture
def said():
    """A reply with an address in it, which a moderator edited out."""
    maja = member("maja", name="Maja")
    written = reply(topic(), author=maja, source=ADDRESS)
    services.edit_post(editor=staff(Role.MODERATOR, "mo"), post=written, source="Come by.", now=THEN)
    return Post.objects.get(pk=written.pk)


def history(post, page=""):
    return f"/posts/{post.pk}/history/{page}"


def marked(html, tag):
    return re.findall(f"<{tag}>(.*?)</{tag}>", html)


def edits(post, number, text="version {}"):
    for n in range(number):
        at = THEN + timedelta(minutes=n)
        services.edit_post(editor=post.author, post=post, source=text.format(n), now=at)


def test_a_member_reads_what_was_taken_out_and_put_in(client, said):
    client.force_login(member("otto"))
    html = client.get(history(said)).content.decode()
    assert (marked(html, "del"), marked(html, "ins")) == ([ADDRESS], ["Come by."])


def test_a_guest_is_asked_to_sign_in_and_offered_no_way_there(client, said):
    response = client.get(history(said))
    assert (response.status_code, response["Location"]) == (302, f"/account/login/?next={history(said)}")
    page = client.get(said.topic.get_absolute_url()).content.decode()
    assert "Edited" in page and history(said) not in page


def test_only_who_may_read_the_post_reads_its_history(client):
    inside = reply(topic(where=board(readers="staff"), author=staff(Role.MARKETER)), author=staff(Role.BRAND_MANAGER))
    client.force_login(member())
    assert client.get(history(inside)).status_code == 404


def test_a_moderator_takes_an_earlier_version_out_after_being_asked(client, said):
    old = PostRevision.objects.get()
    address = reverse("forums:remove_revision", args=[said.pk, old.pk])
    client.force_login(staff(Role.MODERATOR, "mira"))
    assert address in client.get(history(said)).content.decode()
    asked = client.get(address)
    assert (asked.status_code, PostRevision.objects.get().source) == (200, ADDRESS)
    assert client.post(address)["Location"] == history(said)
    client.force_login(member("otto"))
    html = client.get(history(said)).content.decode()
    assert ADDRESS not in html and "Elm" not in html and "removed by a moderator" in html
    old.refresh_from_db()
    assert (old.source, old.removed_by.username) == ("", "mira")


def test_the_text_itself_is_gone_not_only_hidden(said, now):
    old = PostRevision.objects.get()
    services.remove_revision(actor=staff(Role.MODERATOR, "mira"), revision=old, now=now)
    services.remove_revision(actor=staff(Role.MODERATOR, "milo"), revision=old, now=now + timedelta(days=1))
    row = PostRevision.objects.values("source", "removed_at", "removed_by__username").get()
    assert row == {"source": "", "removed_at": now, "removed_by__username": "mira"}


@pytest.mark.parametrize("who", ["guest", "other", "author", "agent", "marketer"])
def test_nobody_else_takes_a_version_out(client, said, who, now):
    old = PostRevision.objects.get()
    address = reverse("forums:remove_revision", args=[said.pk, old.pk])
    people = {"other": lambda: member("otto"), "author": lambda: said.author}
    people |= {"agent": lambda: staff(Role.SERVICE_AGENT), "marketer": lambda: staff(Role.MARKETER)}
    if who != "guest":
        person = people[who]()
        client.force_login(person)
        assert address not in client.get(history(said)).content.decode()
        with pytest.raises(NotAllowed):
            services.remove_revision(actor=person, revision=old, now=now)
    for send in (client.get, client.post):
        assert send(address).status_code == (302 if who == "guest" else 403)
    assert PostRevision.objects.get().source == ADDRESS


def test_a_version_of_another_post_is_not_there(client, said):
    other = reply(said.topic)
    client.force_login(staff(Role.MODERATOR, "mira"))
    address = reverse("forums:remove_revision", args=[other.pk, PostRevision.objects.get().pk])
    assert client.post(address).status_code == 404


def test_what_stands_on_both_sides_of_a_removed_version_is_compared(client, said, now):
    edits(said, 2)
    middle = PostRevision.objects.get(source="version 0")
    services.remove_revision(actor=staff(Role.MODERATOR, "mira"), revision=middle, now=now)
    client.force_login(said.author)
    html = client.get(history(said)).content.decode()
    assert "version 0" not in html
    assert marked(html, "ins") == ["version 1", "Come by."]
    assert marked(html, "del") == ["Come by.", ADDRESS]


def test_a_moderator_who_edits_takes_the_old_text_out_at_once(client):
    written = reply(topic(), author=member("maja"), source=ADDRESS)
    client.force_login(staff(Role.MODERATOR, "mira"))
    address = f"/posts/{written.pk}/edit/"
    assert 'name="forget"' in client.get(address).content.decode()
    client.post(address, {"source": "Come by.", "forget": "on", "version": written.version})
    old = PostRevision.objects.get()
    assert (old.source, old.removed_by.username) == ("", "mira")


def test_an_author_who_edits_leaves_the_old_text_in_the_history(client):
    written = reply(topic(), author=member("maja"), source=ADDRESS)
    client.force_login(written.author)
    address = f"/posts/{written.pk}/edit/"
    assert 'name="forget"' not in client.get(address).content.decode()
    client.post(address, {"source": "Come by.", "forget": "on", "version": written.version})
    assert PostRevision.objects.get().source == ADDRESS


def test_who_left_has_no_name_in_it(client, said):
    erase_member(member=said.edited_by, now=THEN)
    client.force_login(member("otto"))
    html = client.get(history(said)).content.decode()
    assert "former-" not in html and "Former member" in html


def test_the_file_and_an_erasure_still_cover_it(said, now):
    services.remove_revision(actor=staff(Role.MODERATOR, "mira"), revision=PostRevision.objects.get(), now=now)
    edits(said, 1)
    assert [row["source"] for row in document(said.author)["earlier_versions"]] == ["", "Come by."]
    assert document(said.author)["earlier_versions"][0]["removed_at"] == now
    erase_member(member=said.author, now=now)
    assert not PostRevision.objects.exists()


# Titles


@pytest.fixture
def turned():
    """A first post whose author changed the title, then the text, then both."""
    first = first_post(topic(author=member("maja"), title="Is steel better?"))
    for title, source in (("Is steel worse?", first.source), ("Is steel worse?", "Say."), ("Which <b>?", "Well.")):
        services.edit_post(editor=first.author, post=first, title=title, source=source, now=THEN)
    return Post.objects.get(pk=first.pk)


def test_a_title_that_was_changed_stands_in_the_history(client, turned):
    client.force_login(member("otto"))
    sections = client.get(history(turned)).content.decode().split("<section")[1:]
    assert [(marked(one, "del"), marked(one, "ins")) for one in sections] == [
        (["Is steel worse?", "Say."], ["Which &lt;b&gt;?", "Well."]),
        (["Which one do you use?"], ["Say."]),
        (["Is steel better?"], ["Is steel worse?"]),
    ]
    assert [">Title<" in one for one in sections] == [True, False, True]
    assert ["…" in one for one in sections] == [False] * 3


def test_a_reply_keeps_no_title(said):
    assert PostRevision.objects.get().title == ""


def test_where_an_older_title_is_not_known_nothing_is_said_of_it(client, turned):
    PostRevision.objects.exclude(title="Is steel better?").update(title="")
    client.force_login(member("otto"))
    sections = client.get(history(turned)).content.decode().split("<section")[1:]
    assert [">Title<" in one for one in sections] == [False, False, True]
    assert "Which &lt;b&gt;?" in marked(sections[2], "ins")


def test_a_version_that_is_taken_out_takes_its_title_too(client, turned):
    mira, old = staff(Role.MODERATOR, "mira"), PostRevision.objects.get(title="Is steel better?")
    client.force_login(mira)
    address = reverse("forums:remove_revision", args=[turned.pk, old.pk])
    assert "Is steel better?" in client.get(address).content.decode()
    client.post(address)
    old.refresh_from_db()
    assert (old.title, "better" in client.get(history(turned)).content.decode()) == ("", False)
    services.edit_post(editor=mira, post=turned, title="A question", source=turned.source, forget=True, now=THEN)
    assert not PostRevision.objects.filter(title="Which <b>?").exists()


def test_the_file_has_older_titles_and_an_erasure_leaves_none(turned):
    titles = [row["title"] for row in document(turned.author)["earlier_versions"]]
    assert titles == ["Is steel better?", "Is steel worse?", "Is steel worse?"]
    erase_member(member=turned.author, now=THEN)
    assert not PostRevision.objects.exists()


def test_a_name_taken_out_by_an_erasure_is_no_longer_shown_to_who_read_it_before(client):
    zelda, first = member("zelda"), first_post(topic(author=member("maja"), title="Ask @zelda"))
    services.edit_post(editor=first.author, post=first, title="Ask me", source="Or @zelda.", now=THEN)
    services.edit_post(editor=first.author, post=first, title="Ask", source="Or not.", now=THEN)
    client.force_login(first.author)
    assert client.get(history(first)).content.decode().count("zelda") == 3
    erase_member(member=zelda, now=THEN)
    html = client.get(history(first)).content.decode()
    assert "zelda" not in html and marked(html, "del")[1:3] == ["Or former member.", "Ask former member"]


# What it costs


def test_titles_cost_no_queries(client, django_assert_num_queries):
    first = first_post(topic(author=member("maja")))
    client.force_login(first.author)
    for n in range(11):
        services.edit_post(editor=first.author, post=first, title=f"Title {n}", source=first.source, now=THEN)
    client.get(history(first))
    for page, shown, queries in (("", 10, 7), ("?page=2", 1, 8)):
        with django_assert_num_queries(queries):
            html = client.get(history(first, page)).content.decode()
        assert len(marked(html, "ins")) == shown


def test_the_history_comes_in_pages_and_each_costs_the_same(client, django_assert_num_queries):
    written = reply(topic(), author=member("maja"))
    client.force_login(written.author)
    edits(written, 11)
    client.get(history(written))
    # A later page asks once more: for what stood after its first version.
    for page, shown, queries in (("", 10, 7), ("?page=2", 1, 8), ("?page=99", 1, 8), ("?page=x", 10, 7)):
        with django_assert_num_queries(queries):
            html = client.get(history(written, page)).content.decode()
        assert len(marked(html, "ins")) == shown, page
    assert 'href="?page=2"' in client.get(history(written)).content.decode()
    edits(written, 15)
    with django_assert_num_queries(7):
        client.get(history(written))


def test_a_comparison_is_made_once(client, said, monkeypatch):
    client.force_login(member("otto"))
    first = marked(client.get(history(said)).content.decode(), "ins")
    monkeypatch.setattr("forums.queries.history.differences", lambda *texts: pytest.fail("compared again"))
    assert marked(client.get(history(said)).content.decode(), "ins") == first == ["Come by."]


def test_asking_for_it_has_a_limit(client, said):
    client.force_login(member("otto"))
    statuses = [client.get(history(said)).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_what_did_not_change_is_shown_near_a_change_only():
    before = "\n".join(f"line {n}" for n in range(100))
    lines = differences(before, before.replace("line 50\n", "line fifty\nand more\n"))
    assert [(kind, text) for kind, text in lines if kind] == [
        ("gap", ""),
        ("del", "line 50"),
        ("ins", "line fifty"),
        ("ins", "and more"),
        ("gap", ""),
    ]
    assert [text for kind, text in lines if not kind] == ["line 48", "line 49", "line 51", "line 52"]


@pytest.mark.parametrize(("before", "after"), [("", "one"), ("one", ""), ("one\ntwo", "two\none")])
def test_the_lines_tell_both_texts(before, after):
    lines = differences(before, after)
    assert [text for kind, text in lines if kind != "ins"] == before.splitlines()
    assert [text for kind, text in lines if kind != "del"] == after.splitlines()


def hard(number):
    """Texts that are hard to compare."""
    yield (
        "\n".join("x" if n % 2 else str(n) for n in range(number)),
        "\n".join("x" if n % 2 else str(n + number) for n in range(number)),
    )
    yield "\n".join(f"{n} a b c" for n in range(number)), "\n".join(f"{n} a b d" for n in range(number))
    yield "\n".join(str(n % 50) for n in range(number)), "\n".join(str(n * 7 % 50) for n in range(number))
    yield "x\n" * number, "y\n" * number
    yield "x\n" * number, "x\n" * (number // 2)


@pytest.mark.parametrize("number", [190, MOST_LINES, 20_000])
def test_no_text_takes_long(number):
    for before, after in hard(number):
        began = time.process_time()
        lines = differences(before[:40_000], after[:40_000])
        assert time.process_time() - began < 0.5
        assert len(lines) <= 2 * MOST_LINES + 1
