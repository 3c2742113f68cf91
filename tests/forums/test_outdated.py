"""Two edits of one post: nobody writes over what they have not seen, and nobody’s text is lost."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from community.kernel.api import NotAllowed, Outdated
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from forums import services
from forums.models import Post, PostRevision, Topic
from tests.forums.places import first_post, reply, topic
from tests.people import THEN, member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

ADDRESS = "Come by: 12 Elm Street."


@pytest.fixture
def said():
    return reply(topic(), author=member("maja"), source=ADDRESS)


def edit(post, source, *, by=None, based_on=None, **more):
    return services.edit_post(
        editor=by or post.author, post=post, source=source, based_on=based_on, now=more.pop("now", THEN), **more
    )


def state():
    posts = list(Post.objects.order_by("pk").values("source", "html", "text", "edited_at", "edited_by_id"))
    topics = list(Topic.objects.values("title", "slug", "sequence"))
    return posts, topics, PostRevision.objects.count(), OutboxEvent.objects.count()


# Services


def test_an_edit_of_what_is_still_there_is_kept(said, now):
    edit(said, "Come by.", based_on=said.version, now=now)
    edit(said, "Come.", based_on=Post.objects.get(pk=said.pk).version, now=now)
    assert Post.objects.get(pk=said.pk).source == "Come."


def test_an_edit_of_what_was_changed_meanwhile_is_refused_and_changes_nothing(said, now):
    began = said.version
    edit(said, "Come by.", by=staff(Role.MODERATOR, "mira"), based_on=began, forget=True, now=now)
    before = state()
    with pytest.raises(Outdated) as refused:
        edit(said, f"{ADDRESS} Any time.", based_on=began, now=now)
    assert (refused.value.status, state()) == (409, before)


def test_only_a_moderator_has_the_old_text_forgotten_and_is_asked_before_anything_is_written(said, now):
    before = state()
    with CaptureQueriesContext(connection) as asked, pytest.raises(NotAllowed):
        edit(said, "Come by.", based_on=said.version, forget=True, now=now)
    assert [one["sql"] for one in asked if re.match("INSERT|UPDATE|DELETE", one["sql"])] == []
    assert state() == before


def test_two_edits_of_one_moment_are_two_versions(said, now):
    edit(said, "One.", now=now)
    began = Post.objects.get(pk=said.pk).version
    edit(said, "Two.", now=now)
    with pytest.raises(Outdated):
        edit(said, "Three.", based_on=began, now=now)


def test_a_title_changed_meanwhile_is_no_more_written_over_than_a_text(now):
    opened = topic(title="Roof racks")
    first = first_post(opened)
    began = first.version
    edit(first, first.source, title="Roof racks, all of them", by=staff(Role.MODERATOR), now=now)
    with pytest.raises(Outdated):
        edit(first, first.source, title="Roof racks?", based_on=began, now=now)
    assert Topic.objects.get().title == "Roof racks, all of them"


def test_a_reply_is_not_changed_by_its_topics_title(said, now):
    began = said.version
    edit(first_post(said.topic), "Which?", title="Others", by=staff(Role.MODERATOR), now=now)
    assert edit(said, "Come by.", based_on=began, now=now).source == "Come by."


def test_a_name_taken_out_by_an_erasure_does_not_come_back(now):
    lea = member("lea")
    said = reply(topic(), source="Ask @lea about it.")
    began = said.version
    erase_member(member=lea, now=now)
    assert Post.objects.get(pk=said.pk).edited_at is None
    with pytest.raises(Outdated):
        edit(said, "Ask @lea about it, or me.", based_on=began, now=now)
    assert "lea" not in Post.objects.get(pk=said.pk).source


@pytest.mark.parametrize("forget", [False, True])
def test_the_same_edit_sent_twice_is_one(said, now, forget):
    mira, began = staff(Role.MODERATOR, "mira"), said.version
    edit(said, "Come by.", by=mira, based_on=began, forget=forget, now=now)
    before = state()
    edit(said, "Come by.", by=mira, based_on=began, forget=forget, now=now + timedelta(seconds=1))
    assert state() == before


def test_the_same_text_that_shall_be_forgotten_too_is_not_the_same_edit(said, now):
    mira, began = staff(Role.MODERATOR, "mira"), said.version
    edit(said, "Come by.", by=mira, based_on=began, now=now)
    with pytest.raises(Outdated):
        edit(said, "Come by.", by=mira, based_on=began, forget=True, now=now)


def test_the_same_text_by_somebody_else_is_refused(said, now):
    began = said.version
    edit(said, "Come by.", by=staff(Role.MODERATOR, "mira"), based_on=began, now=now)
    with pytest.raises(Outdated):
        edit(said, "Come by.", based_on=began, now=now)


def test_saving_what_stands_there_is_no_edit(said, now):
    first = first_post(said.topic)
    for post, title in ((said, None), (first, None), (first, first.topic.title), (first, f" {first.topic.title} ")):
        before = state()
        edit(post, f"{post.source}\n", title=title, based_on=post.version, now=now)
        assert state() == before
    assert not PostRevision.objects.exists()


def test_what_stands_there_is_still_taken_out_of_the_history_by_a_moderator(said, now):
    edit(said, said.source, by=staff(Role.MODERATOR, "mira"), forget=True, based_on=said.version, now=now)
    assert [row.source for row in PostRevision.objects.all()] == [""]


def test_a_program_that_read_nothing_before_says_no_version(said, now):
    edit(said, "One.", now=now)
    assert edit(said, "Two.", based_on=None, now=now).source == "Two."


# Pages


def page(post):
    return f"/posts/{post.pk}/edit/"


def version_in(answer):
    return re.search(r'name="version" value="([^"]*)"', answer.content.decode())[1]


def written_in(answer):
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.DOTALL)[1].strip())


def now_in(answer):
    found = re.search(r'<section[^>]* id="now".*?</section>', answer.content.decode(), re.DOTALL)
    return html.unescape(found[0]) if found else ""


@pytest.fixture
def clash(client, said, now):
    """The author's page is open while a moderator takes an address out. Returns the answer to the author's saving."""
    client.force_login(said.author)
    began = version_in(client.get(page(said)))
    edit(said, "Come by. <b>", by=staff(Role.MODERATOR, "mira"), forget=True, now=now)
    return client.post(page(said), {"source": f"{ADDRESS} Any time.", "version": began})


def test_the_edit_page_saved_as_it_was_opened_leaves_no_mark(client, now):
    first = first_post(topic(title="Roof racks"))
    client.force_login(first.author)
    sent = {"title": "Roof racks", "source": first.source, "version": version_in(client.get(page(first)))}
    assert client.post(page(first), sent).status_code == 302
    first.refresh_from_db()
    assert (first.edited_at, PostRevision.objects.count()) == (None, 0)


def test_who_began_from_another_version_reads_both_texts(clash, said):
    assert clash.status_code == 409
    assert written_in(clash) == f"{ADDRESS} Any time."
    assert "of-moder" not in now_in(clash) and "mira" in now_in(clash)
    assert "Come by. <b>" in now_in(clash) and "Elm" not in now_in(clash)
    assert "This post was changed after you opened it" in clash.content.decode()
    assert "Come by. &lt;b&gt;" in clash.content.decode()
    assert Post.objects.get(pk=said.pk).source == "Come by. <b>"


def test_saving_again_writes_over_what_was_read(client, clash, said):
    again = client.post(page(said), {"source": written_in(clash), "version": version_in(clash)})
    assert again.status_code == 302
    assert Post.objects.get(pk=said.pk).source == f"{ADDRESS} Any time."
    assert [row.source for row in PostRevision.objects.order_by("pk")] == ["", "Come by. <b>"]


def test_saving_again_does_not_write_over_a_third_text(client, clash, said, now):
    edit(said, "Come on Monday.", by=staff(Role.MODERATOR, "milo"), now=now)
    again = client.post(page(said), {"source": written_in(clash), "version": version_in(clash)})
    assert again.status_code == 409
    assert "Come on Monday." in now_in(again)
    assert Post.objects.get(pk=said.pk).source == "Come on Monday."


@pytest.mark.parametrize("sent", [{}, {"version": ""}, {"version": "\0"}, {"version": "x" * 5000}])
def test_a_form_that_does_not_say_what_it_began_from_is_shown_both(client, said, sent):
    client.force_login(said.author)
    answer = client.post(page(said), {"source": "Come by."} | sent)
    assert (answer.status_code, written_in(answer)) == (409, "Come by.")
    assert ADDRESS in now_in(answer) and Post.objects.get(pk=said.pk).source == ADDRESS
    client.post(page(said), {"source": "Come by.", "version": version_in(answer)})
    assert Post.objects.get(pk=said.pk).source == "Come by."


def test_an_error_in_the_form_does_not_bring_it_up_to_date(client, said, now):
    client.force_login(said.author)
    began = version_in(client.get(page(said)))
    edit(said, "Come by.", by=staff(Role.MODERATOR, "mira"), now=now)
    answer = client.post(page(said), {"source": " ", "version": began})
    assert (answer.status_code, version_in(answer), now_in(answer)) == (422, began, "")


def test_the_first_post_is_shown_with_its_title(client, now):
    opened = topic(title="Roof racks")
    first = first_post(opened)
    client.force_login(opened.author)
    began = version_in(client.get(page(first)))
    edit(first, "Which?", title="All racks", by=staff(Role.MODERATOR, "mira"), now=now)
    answer = client.post(page(first), {"title": "Racks", "source": "Which one?", "version": began})
    assert "All racks" in now_in(answer) and 'value="Racks"' in answer.content.decode()


def test_it_is_told_in_chinese_too(client, said, now):
    said.author.language = "zh-hans"
    said.author.save(update_fields=["language"])
    client.force_login(said.author)
    answer = client.post(page(said), {"source": "来吧。"})
    with translation.override("zh-hans"):
        told = translation.gettext("What it says now")
    assert told in now_in(answer)


def test_the_page_of_both_texts_costs_eleven_queries(client, clash, said, django_assert_num_queries):
    with django_assert_num_queries(11):
        client.post(page(said), {"source": written_in(clash), "version": "another"})
