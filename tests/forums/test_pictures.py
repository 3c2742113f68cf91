"""Pictures in what is being written: what they show is said, and nothing of them is lost on the way."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from community.kernel import markup, redaction
from community.members.api import Role
from forums import services
from forums.models import Post, PostRevision, Topic, Upload
from tests.forums.places import board, first_post, picture, reply, topic
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

URL = "/media/posts/2026/09/one.webp"


def signed_in(person, **options):
    client = Client(**options)
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("A steel rack", "A steel rack"),
        ("", ""),
        (" two\n\n lines\r\n and\ttabs ", "two lines and tabs"),
        ("](http://e.example/) [x](y) ![z", "](http://e.example/) [x](y) ![z"),
        ("*bold* _it_ `code` <b>&amp; \\ ~~no~~", "*bold* _it_ `code` <b>&amp; \\ ~~no~~"),
        ("行李架\0和 @maja", "行李架和 @maja"),
        ("a" * 300, "a" * 200),
        ("[" * 300, "[" * 200),
    ],
)
def test_what_a_picture_shows_means_itself_and_ends_somewhere(said, shown):
    markdown = markup.picture(URL, said)
    [alt, address] = re.findall(r'(?:alt|src)="([^"]*)"', markup.render(markdown, mentions={}))[::-1]
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert {alt, address} == {escaped, URL}
    assert markup.render(f"{markdown} and", mentions={}).count("<img") == 1
    assert redaction.without_pictures(f"{markdown} and", urls=[URL], word="gone") == "gone and"


@pytest.mark.parametrize("said", ["", "The rack, [closed]"])
def test_the_plain_form_says_what_its_picture_shows(said):
    tom = member("tom")
    client, place = signed_in(tom), board("racks")
    client.post("/boards/racks/new/", {"title": "My rack", "source": "Look:", "picture": picture(), "alt": said})
    opened = Topic.objects.get()
    client.post(f"/topics/{opened.pk}/reply/", {"source": "And:", "picture": picture(), "alt": said})
    [url] = [upload.file.url for upload in Upload.objects.all()]
    alt = r"The rack, \[closed\]" if said else ""
    assert [post.source for post in Post.objects.order_by("number")] == [
        f"Look:\n\n![{alt}]({url})",
        f"And:\n\n![{alt}]({url})",
    ]
    assert f'alt="{said}"' in first_post(opened).html
    assert place.topics.count() == 1


def test_an_edit_takes_a_picture_too():
    tom = member("tom")
    opened = topic(author=tom)
    client, post = signed_in(tom), first_post(opened)
    form = client.get(f"/posts/{post.pk}/edit/").content.decode()
    assert 'enctype="multipart/form-data"' in form
    assert ('name="picture"' in form, 'name="alt"' in form) == (True, True)
    sent = {"title": opened.title, "source": "Look:", "version": post.version, "picture": picture(), "alt": "My rack"}
    assert client.post(f"/posts/{post.pk}/edit/", sent).status_code == 302
    assert first_post(opened).source == f"Look:\n\n![My rack]({Upload.objects.get().file.url})"
    assert PostRevision.objects.count() == 1


def test_a_picture_that_arrived_with_a_refused_text_is_in_the_form_that_comes_back(now):
    tom, opened = member("tom"), topic()
    client = signed_in(tom)
    services.set_closed(actor=staff(Role.MODERATOR), topic=opened, closed=True, now=now)
    sent = {"source": "Look:", "picture": picture(), "alt": "My rack"}
    answer = client.post(f"/topics/{opened.pk}/reply/", sent)
    markdown = f"Look:\n\n![My rack]({Upload.objects.get().file.url})"
    assert answer.status_code == 409
    assert (answer.context["form"]["source"].value(), answer.context["form"]["alt"].value()) == (markdown, "")
    assert Post.objects.count() == 1


def test_an_upload_by_script_answers_with_what_the_picture_shows():
    tom = member("tom")
    answer = signed_in(tom).post("/posts/upload/", {"picture": picture(), "alt": "A [steel]\nrack"})
    assert answer.content.decode() == rf"![A \[steel\] rack]({Upload.objects.get().file.url})"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("language", "said"), [("en", "no picture we can read"), ("zh-hans", "图片")])
def test_a_refused_upload_says_why_in_the_readers_language(language, said):
    tom = member("tom", language=language)
    file = picture()
    file.file.seek(0)
    file.file.truncate(0)
    answer = signed_in(tom).post("/posts/upload/", {"picture": file}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "<" not in answer.content.decode()
    assert Upload.objects.count() == 0


def test_too_long_words_for_a_picture_are_refused_with_the_form():
    tom, opened = member("tom"), topic()
    answer = signed_in(tom).post(f"/topics/{opened.pk}/reply/", {"source": "x", "alt": "a" * 201, "picture": picture()})
    assert (answer.status_code, "alt" in answer.context["form"].errors) == (422, True)
    assert 'id="id_alt_error"' in answer.content.decode()
    assert (Upload.objects.count(), Post.objects.count()) == (0, 1)


# Preview


def places(tom):
    opened = topic(author=tom, where=board("racks"))
    said = reply(opened, author=tom)
    return {
        f"/topics/{opened.pk}/reply/": {},
        "/boards/racks/new/": {"title": "My <rack>", "tags": "steel"},
        f"/posts/{said.pk}/edit/": {"version": said.version},
    }


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_preview_shows_the_text_above_its_form_and_keeps_nothing(which):
    tom = member("tom")
    address, more = list(places(tom).items())[which]
    client = signed_in(tom)
    before = [list(model.objects.order_by("pk").values()) for model in (Topic, Post, Upload)]
    sent = {"source": "A **steel** rack\n<script>x</script>", "alt": "My rack", **more}
    answer = client.post(address, {**sent, "preview": "1", "picture": picture()})
    told = answer.content.decode()
    assert answer.status_code == 200
    assert told.index("A <strong>steel</strong> rack") < told.index("<textarea")
    assert ("<script>x" in told, 'class="err"' in told) == (False, False)
    assert "Choose the picture again: a preview keeps no files." in told
    form = answer.context["form"]
    assert {name: form[name].value() for name in sent if name in form.fields} == {
        name: value for name, value in sent.items() if name in form.fields
    }
    assert more.get("version", "") in told
    assert "sent" not in answer.cookies
    assert [list(model.objects.order_by("pk").values()) for model in (Topic, Post, Upload)] == before


def test_a_preview_for_htmx_is_the_text_alone_and_its_refusal_the_message():
    tom = member("tom")
    [address, *_rest] = places(tom)
    client, asked = signed_in(tom), {"HX-Request": "true"}
    answer = client.post(address, {"source": "**Steel**", "preview": "1"}, headers=asked)
    assert answer.content.decode().lstrip().startswith('<section class="preview"')
    assert "<form" not in answer.content.decode()
    answer = client.post(address, {"source": " ", "preview": "1"}, headers=asked)
    assert (answer.status_code, answer.content.decode()) == (422, "Write something first.")
    answer = client.post(address, {"source": " ", "preview": "1"})
    assert (answer.status_code, "Write something first." in answer.content.decode()) == (422, True)


def test_a_preview_of_a_quoting_reply_begins_with_what_it_quotes():
    tom = member("tom")
    opened = topic()
    sent = {"source": "Steel.", "quote": first_post(opened).pk, "preview": "1"}
    answer = signed_in(tom).post(f"/topics/{opened.pk}/reply/", sent)
    told = answer.content.decode()
    assert "<blockquote>" in told.partition("<textarea")[0]
    assert answer.context["form"]["source"].value() == "Steel."
    assert f'name="quote" value="{first_post(opened).pk}"' in told


def test_previews_are_for_who_may_write_there_and_not_without_end():
    tom, opened = member("tom"), topic()
    sent = {"source": "Steel.", "preview": "1"}
    others = signed_in(member("bea")).post(f"/posts/{first_post(opened).pk}/edit/", sent)
    assert (others.status_code, Client().post(f"/topics/{opened.pk}/reply/", sent).status_code) == (403, 302)
    client = signed_in(tom)
    answers = [client.post(f"/topics/{opened.pk}/reply/", sent).status_code for _time in range(31)]
    assert answers == [200] * 30 + [429]


# Floors


@pytest.mark.parametrize(("language", "floor"), [("en", "#2"), ("zh-hans", "2楼")])
def test_the_floor_stands_beside_the_time_and_both_lead_to_the_post(language, floor):
    opened = topic()
    said = reply(opened)
    told = signed_in(member("tom", language=language)).get(opened.get_absolute_url()).content.decode()
    [link] = re.findall(rf'<a href="/posts/{said.pk}/">(.*?)</a>\s*</time>', told)
    assert link.startswith(f'<span class="floor">{floor}</span> ')
