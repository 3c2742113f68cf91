"""Somebody who was erased while a text that names them was on its way is nobody in it."""

from functools import partial

import pytest

from community.kernel.models import OutboxEvent
from community.members.api import erase_member
from forums import erasure, services
from forums.late import forget_late
from forums.models import Post, Reference
from forums.services import texts
from tests.forums.places import board, reply, topic
from tests.people import THEN, member
from tests.relay import drain

pytestmark = pytest.mark.django_db


def write(author, source):
    return partial(services.write_post, author=author, topic=topic(), source=source, now=THEN)


def edit(author, source):
    post = reply(topic(), author=author)
    return partial(services.edit_post, editor=author, post=post, source=source, now=THEN)


def open_one(author, source):
    return partial(services.open_topic, author=author, board=board(), title="Racks", source=source, now=THEN)


def write_imported(author, source):
    return partial(write(author, source), imported=True)


@pytest.fixture
def zelda():
    return member("zelda")


def source_naming(person):
    """A text that calls, quotes and only shows somebody; and Ida, who stays."""
    said = reply(topic(), author=person)
    return f"> [zelda](/posts/{said.pk}/)\n>\n> steel\n\n@zelda or @ida, `@zelda`"


@pytest.mark.parametrize("act", [write, edit, open_one, write_imported])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_who_is_erased_between_reading_a_text_and_keeping_it_is_nobody_there(zelda, monkeypatch, act, meanwhile):
    ida, prepare = member("ida"), texts.prepare
    send = act(member("maja"), source_naming(zelda))

    def slowly(source, **options):
        text = prepare(source, **options)
        if meanwhile:
            erase_member(member=zelda, now=THEN)
        return text

    for module in ("posts", "topics"):
        monkeypatch.setattr(f"forums.services.{module}.prepare", slowly)
    send()
    post = Post.objects.exclude(edited_at=None).get() if act is edit else Post.objects.latest("pk")
    people = [ida.pk] if meanwhile else [zelda.pk, ida.pk]
    assert ("/members/zelda/" in post.html, "/members/ida/" in post.html) == (not meanwhile, True)
    assert set(Reference.objects.filter(post=post).values_list("member_id", flat=True)) == set(people)
    if act is not edit:  # an edit calls nobody
        told = OutboxEvent.objects.latest("pk").payload
        assert (told["mentioned_ids"], told["quoted_ids"]) == (people, [] if meanwhile else [zelda.pk])


@pytest.mark.parametrize(("source", "queries"), [("Steel.", 0), ("@nobody", 0), ("@ida @zelda", 1)])
def test_only_a_text_that_names_somebody_is_asked_about(zelda, django_assert_num_queries, source, queries):
    member("ida")
    text = texts.prepare(source)
    with django_assert_num_queries(queries):
        assert texts.still_said(text) is text


def test_a_quotation_of_who_left_before_is_read_once(zelda, django_assert_num_queries):
    source = source_naming(zelda)
    erase_member(member=zelda, now=THEN)
    text = texts.prepare(source)
    assert (text.named_ids, text.quoted_ids) == (frozenset(), ())
    with django_assert_num_queries(0):
        texts.still_said(text)


def test_a_text_kept_while_somebody_in_it_is_being_erased_loses_them_a_moment_later(zelda, monkeypatch):
    ida, lock = member("ida"), erasure._lock_topics
    before = reply(topic(), source="@zelda knows")
    send = write(member("maja"), source_naming(zelda))
    kept = []

    def slowly(*args):
        lock(*args)
        kept.append(send())  # nobody is erased yet, and the erasure has read already who names them

    monkeypatch.setattr(erasure, "_lock_topics", slowly)
    erase_member(member=zelda, now=THEN)
    before.refresh_from_db()
    [late] = kept
    assert before.source == "former member knows"
    assert list(Reference.objects.filter(member=zelda).values_list("post_id", flat=True)) == [late.pk]
    drain()
    late.refresh_from_db()
    assert ("/members/zelda/" in late.html, "/members/ida/" in late.html) == (False, True)
    assert list(Reference.objects.filter(post=late).values_list("member_id", flat=True)) == [ida.pk]
    told = OutboxEvent.objects.get(name="forums.post.written", payload__post_id=late.pk).payload
    assert (told["mentioned_ids"], told["quoted_ids"]) == ([ida.pk], [])


def test_nothing_late_is_one_look_at_who_is_named(django_assert_num_queries):
    with django_assert_num_queries(2):  # and one at what they read
        forget_late([1, 2])
