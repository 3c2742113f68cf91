"""Edits, removals and replies at once. The controls take the locks away and show that the race is there."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial

import pytest
from django.db import connection

from community.kernel.api import now as clock
from community.kernel.models import OutboxEvent
from community.members.api import Member, Role, erase_member
from forums import counts
from forums.models import Post, PostRevision, Reaction, Topic, Upload
from forums.services import (
    choose_best_answer,
    edit_post,
    open_topic,
    react,
    remove_revision,
    set_closed,
    store_picture,
    write_post,
)
from tests.forums.places import board, picture, reply, topic
from tests.people import THEN, member, staff
from tests.threads import at_once, ever, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

SECRET = "Come by: 12 Elm Street."
EDITS, ROUNDS = 12, 10


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


def differences() -> list[str]:
    """What ``recount --check`` finds in the forums."""
    return [*counts.topic_differences(), *counts.board_differences(), *counts.post_differences()]


# Two edits


def edits(post: Post, editors: list, *, based_on: str | None) -> list:
    return [
        partial(edit_post, editor=editors[n % 2], post=post, source=f"text {n}", based_on=based_on, now=THEN)
        for n in range(EDITS)
    ]


def test_of_many_edits_from_one_version_one_is_kept_and_the_history_is_whole():
    mira = staff(Role.MODERATOR, "mira")
    post = reply(topic(), source="before")
    sequence = Topic.objects.get().sequence
    assert at_once(edits(post, [post.author, mira], based_on=post.version)) == Counter({"Outdated": EDITS - 1})
    kept = Post.objects.get(pk=post.pk)
    assert kept.source in {f"text {n}" for n in range(EDITS)} and kept.text == kept.source
    assert [row.source for row in PostRevision.objects.filter(post=post)] == ["before"]
    facts = OutboxEvent.objects.filter(name="forums.post.edited")
    assert [fact.payload["text"] for fact in facts] == [kept.source]
    assert Topic.objects.get().sequence == sequence + 1


def test_edits_of_programs_that_read_nothing_follow_each_other_and_the_history_is_whole():
    post = reply(topic(), source="before")
    assert at_once(edits(post, [post.author] * 2, based_on=None)) == Counter()
    history = [row.source for row in PostRevision.objects.filter(post=post).order_by("pk")]
    now = Post.objects.get(pk=post.pk).source
    assert (history[0], sorted([*history[1:], now])) == ("before", sorted(f"text {n}" for n in range(EDITS)))
    facts = [fact.payload["text"] for fact in OutboxEvent.objects.filter(name="forums.post.edited").order_by("pk")]
    assert facts == [*history[1:], now]


def test_control_without_the_lock_several_edits_write_over_each_other():
    def several_are_kept() -> bool:
        post = reply(topic(), source="before")
        with no_locks():
            refused = at_once(edits(post, [post.author] * 2, based_on=post.version))["Outdated"]
        return refused < EDITS - 1

    assert ever(several_are_kept)


# An edit, and a text taken out


def test_what_a_moderator_took_out_does_not_come_back_by_an_edit_of_the_same_moment():
    mira, ended = staff(Role.MODERATOR, "mira"), Counter()
    for _ in range(ROUNDS):
        post = reply(topic(), source=SECRET)
        change = partial(edit_post, post=post, based_on=post.version, now=THEN)
        out = partial(change, editor=mira, source="Come by.", forget=True)
        back = partial(change, editor=post.author, source=f"{SECRET} Any time.")
        assert at_once([out, back]) == Counter({"Outdated": 1})
        said, old = Post.objects.get(pk=post.pk), PostRevision.objects.get(post=post)
        ended[said.source, old.source, old.removed_at is not None] += 1
    # Where the author was faster, the moderator was refused, and reads so.
    assert set(ended) <= {("Come by.", "", True), (f"{SECRET} Any time.", SECRET, False)}


def revision_of(post: Post) -> PostRevision:
    edit_post(editor=post.author, post=post, source="Later.", now=THEN)
    return PostRevision.objects.get(post=post)


def test_a_version_is_taken_out_while_its_post_is_edited():
    mira = staff(Role.MODERATOR, "mira")
    post = reply(topic(), source=SECRET)
    old = revision_of(post)
    removals = [lambda: remove_revision(actor=mira, revision=old, now=THEN)] * 4
    assert at_once([*edits(post, [post.author, mira], based_on=None), *removals]) == Counter()
    rows = PostRevision.objects.filter(post=post)
    assert [row.pk for row in rows.exclude(removed_at=None)] == [old.pk]
    assert not rows.filter(source__contains="Elm").exists()
    assert rows.count() == EDITS + 1


def test_a_text_taken_out_while_somebody_named_in_it_is_erased_stays_out():
    mira = staff(Role.MODERATOR, "mira")
    for round_ in range(2 * ROUNDS):
        named = member()
        old = revision_of(reply(topic(), source=f"@{named.username} {SECRET}"))

        def remove(old: PostRevision = old, after: float = round_ * 0.005) -> None:
            time.sleep(after)  # an erasure does much else: some round meets it where it writes the text
            remove_revision(actor=mira, revision=old, now=THEN)

        assert at_once([remove, partial(erase_member, member=named, now=clock())]) == Counter()
        old.refresh_from_db()
        assert (old.source, old.removed_at) == ("", THEN)


def test_a_version_of_somebody_erased_in_the_same_moment_is_gone():
    mira = staff(Role.MODERATOR, "mira")
    for _ in range(ROUNDS):
        post = reply(topic(), source=SECRET)
        remove = partial(remove_revision, actor=mira, revision=revision_of(post), now=THEN)
        assert at_once([remove, partial(erase_member, member=post.author, now=clock())]) == Counter()
        assert not PostRevision.objects.filter(post=post).exists()


# Replies to a topic that is closed


def replies_and_a_closing(boss: Member, people: list[Member]) -> tuple[Counter[str], bool]:
    """Returns the errors, and whether a reply came after the closing."""
    opened = topic()
    acts = [partial(write_post, author=person, topic=opened, source="me too", now=THEN) for person in people]
    acts.insert(EDITS // 2, partial(set_closed, actor=boss, topic=opened, closed=True, now=THEN))
    errors = at_once(acts)
    closing = OutboxEvent.objects.filter(name="forums.topic.closed").latest("pk").pk
    later = OutboxEvent.objects.filter(name="forums.post.written", pk__gt=closing).exists()
    return errors, later


def test_nobody_replies_after_a_topic_is_closed_and_the_counts_are_right():
    boss, people = staff(Role.MODERATOR), [member() for _ in range(EDITS)]
    for _ in range(ROUNDS):
        errors, later = replies_and_a_closing(boss, people)
        assert set(errors) <= {"Conflict"} and not later
        opened = Topic.objects.latest("pk")
        assert opened.closed and opened.reply_count == EDITS - errors["Conflict"]
        assert opened.last_number == opened.post_count
    assert differences() == []


def test_control_without_the_lock_replies_come_after_the_closing_or_collide():
    boss, people = staff(Role.MODERATOR), [member() for _ in range(EDITS)]

    def goes_wrong() -> bool:
        with no_locks():
            errors, later = replies_and_a_closing(boss, people)
        return later or "IntegrityError" in errors or differences() != []

    assert ever(goes_wrong)


# One thing sent several times at once


def sendings(person: Member, words: str) -> tuple[Counter[str], Counter[str]]:
    """Somebody presses every button several times. Returns the errors, and how many of each were made."""
    where, opened = board(), topic()
    acts = {
        "replies": partial(write_post, author=person, topic=opened, source=words, now=THEN),
        "topics": partial(open_topic, author=person, board=where, title=words, source=words, now=THEN),
        "pictures": lambda: store_picture(member=person, file=picture(), now=THEN),
    }
    errors = at_once([act for act in acts.values() for _time in range(EDITS // 3)])
    made = {
        "replies": Post.objects.filter(author=person, topic=opened),
        "topics": Topic.objects.filter(author=person, board=where),
        "pictures": Upload.objects.filter(member=person),
    }
    return errors, Counter({name: rows.count() for name, rows in made.items()})


def test_what_is_sent_several_times_at_once_is_there_once():
    for round_ in range(ROUNDS):
        errors, made = sendings(member(), f"words {round_}")
        assert (errors, made) == (Counter(), Counter(replies=1, topics=1, pictures=1))
    assert differences() == []


def test_control_without_the_locks_it_is_there_several_times():
    several: set[str] = set()

    def each_of_them() -> bool:
        with no_locks():
            _errors, made = sendings(member(), "words")
        several.update(name for name, number in made.items() if number > 1)
        return several >= {"topics", "pictures"}  # replies collide instead: their numbers are unique

    assert ever(each_of_them)


def test_reactions_and_best_answers_pressed_several_times_at_once_are_one():
    opened = topic()
    said, people = reply(opened), [member() for _ in range(4)]
    presses = [partial(react, member=person, post=said, kind="useful", now=THEN) for person in people * 4]
    chosen = [partial(choose_best_answer, member=opened.author, post=said, now=THEN)] * 4
    assert at_once([*presses, *chosen]) == Counter()
    assert (Reaction.objects.count(), Topic.objects.get().best_answer_id) == (4, said.pk)
    assert OutboxEvent.objects.filter(name="forums.best_answer.chosen").count() == 1
    assert at_once([partial(press, on=False) for press in presses]) == Counter()
    assert Reaction.objects.count() == 0 and differences() == []
