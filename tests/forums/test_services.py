"""What members do in the forums."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from community.inbox.models import Notification
from community.kernel.api import Conflict, Gone, Invalid, NotAllowed
from community.kernel.markup import quote
from community.kernel.models import OutboxEvent
from community.members.api import Role
from forums import counts, queries, services
from forums.models import Board, Post, PostRevision, Topic
from forums.services import texts
from tests.forums.places import board, first_post, picture, reply, topic
from tests.people import THEN, member, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db


def facts(name):
    return [
        {"member_id": event.member_id, **event.payload}
        for event in OutboxEvent.objects.filter(name=name).order_by("pk")
    ]


def told(person):
    return list(Notification.objects.filter(recipient=person).order_by("kind").values_list("kind", "count"))


def no_differences():
    assert counts.topic_differences() + counts.board_differences() + counts.post_differences() == []


# Topics and replies


def test_a_topic_has_its_first_post_its_counts_and_its_fact(now):
    maja, place = member("maja"), board("racks")
    opened = services.open_topic(
        author=maja, board=place, title="  Roof \n racks ", source="Which **one**?", tags=["rack"], now=now
    )
    post = first_post(opened)
    assert (opened.title, opened.slug, opened.language, opened.tags) == ("Roof racks", "roof-racks", "en", ["rack"])
    assert (post.source, post.html, post.text) == (
        "Which **one**?",
        "<p>Which <strong>one</strong>?</p>\n",
        "Which one?",
    )
    place.refresh_from_db()
    assert (place.topic_count, place.post_count, place.last_post_at) == (1, 1, now)
    assert facts("forums.topic.opened") == [
        {
            "member_id": maja.pk,
            "topic_id": opened.pk,
            "post_id": post.pk,
            "board_id": place.pk,
            "title": "Roof racks",
            "text": "Which one?",
            "tags": ["rack"],
            "mentioned_ids": [],
            "quoted_ids": [],
            "imported": False,
        }
    ]
    no_differences()


@pytest.mark.parametrize(
    ("title", "source", "field"),
    [
        ("", "text", "title"),
        ("\u200b", "text", "title"),
        ("\u3164 \u2800", "text", "title"),
        ("x" * 201, "text", "title"),
        ("title", " \n\0 ", "source"),
        ("title", "x" * 40_001, "source"),
    ],
)
def test_an_empty_or_endless_topic_is_refused_and_leaves_nothing(now, title, source, field):
    place = board()
    with pytest.raises(Invalid) as refused:
        services.open_topic(author=member(), board=place, title=title, source=source, now=now)
    assert refused.value.field == field
    assert [Topic.objects.count(), Post.objects.count(), facts("forums.topic.opened")] == [0, 0, []]


@pytest.mark.parametrize("readers", ["public", "staff"])
def test_a_board_that_is_for_staff_meanwhile_takes_no_topic_of_a_member(now, monkeypatch, readers):
    place, prepare = board(), texts.prepare

    def meanwhile(source, **options):
        Board.objects.filter(pk=place.pk).update(readers=readers)
        return prepare(source, **options)

    monkeypatch.setattr("forums.services.topics.prepare", meanwhile)
    with nullcontext() if readers == "public" else pytest.raises(NotAllowed):
        services.open_topic(author=member(), board=place, title="Racks", source="Which?", now=now)
    opened = int(readers == "public")
    assert [Topic.objects.count(), len(facts("forums.topic.opened"))] == [opened, opened]


def test_a_reply_is_the_next_floor_and_brings_the_topic_up(now):
    opened, tom = topic(), member("tom")
    post = services.write_post(author=tom, topic=opened, source="Steel.", now=now)
    opened.refresh_from_db()
    assert (post.number, opened.post_count, opened.reply_count, opened.last_author_id, opened.last_post_at) == (
        2,
        2,
        1,
        tom.pk,
        now,
    )
    assert [fact["text"] for fact in facts("forums.post.written")] == ["Steel."]
    no_differences()


def test_floors_are_counted_on_after_a_deletion(now):
    opened = topic()
    second = reply(opened)
    services.delete_post(actor=second.author, post=second, now=now)
    assert reply(opened).number == 3


def test_nobody_replies_to_a_deleted_topic_and_only_moderators_to_a_closed_one(now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    services.set_closed(actor=moderator, topic=opened, closed=True, now=now)
    with pytest.raises(Conflict):
        reply(opened)
    assert reply(opened, author=moderator).number == 2
    services.delete_post(actor=moderator, post=first_post(opened), now=now)
    with pytest.raises(Gone):
        reply(opened, author=moderator)


def test_the_brands_answer_is_official_and_a_moderators_is_not(now):
    opened = topic()
    assert reply(opened, author=staff(Role.MODERATOR)).official is False
    assert Topic.objects.get().answered_by_brand is False
    assert reply(opened, author=staff(Role.SERVICE_AGENT)).official is True
    assert Topic.objects.get().answered_by_brand is True


# Notifications


def test_author_mentioned_and_quoted_are_each_told_once(now):
    maja, tom, ida, wen = member("maja"), member("tom"), member("ida"), member("wen")
    opened = topic(author=maja)
    said = reply(opened, author=tom)
    drain()
    Notification.objects.all().delete()
    services.write_post(
        author=wen, topic=opened, source=f"> [tom](/posts/{said.pk}/)\n>\n> steel\n\n@ida @maja @wen yes", now=now
    )
    drain()
    assert [told(maja), told(tom), told(ida), told(wen)] == [
        [("forums.mention", 1)],
        [("forums.quote", 1)],
        [("forums.mention", 1)],
        [],
    ]


def test_a_name_in_code_tells_nobody(now):
    opened, ida = topic(), member("ida")
    services.write_post(author=member(), topic=opened, source="`@ida` and\n\n```\n@ida\n```", now=now)
    drain()
    assert told(ida) == []


def test_a_name_in_a_topics_first_post_is_told(now):
    ida = member("ida")
    services.open_topic(author=member(), board=board(), title="For Ida", source="@ida look", now=now)
    drain()
    assert told(ida) == [("forums.mention", 1)]


def test_somebody_who_may_not_read_the_board_is_not_told_of_it(now):
    ida, agent = member("ida"), staff(Role.SERVICE_AGENT)
    inside = board(readers="staff")
    services.open_topic(author=agent, board=inside, title="Inside", source="@ida", now=now)
    drain()
    assert told(ida) == []


def test_replies_of_one_topic_are_one_line_that_counts(now):
    maja = member("maja")
    opened = topic(author=maja)
    for _ in range(3):
        reply(opened)
    drain()
    assert told(maja) == [("forums.reply", 3)]


def test_reactions_and_best_answer_tell_the_author(now):
    maja, tom = member("maja"), member("tom")
    opened = topic(author=maja)
    said = reply(opened, author=tom)
    services.react(member=maja, post=said, kind="useful", now=now)
    services.react(member=tom, post=first_post(opened), kind="same", now=now)
    services.choose_best_answer(member=maja, post=said, now=now)
    drain()
    assert told(tom) == [("forums.best", 1), ("forums.useful", 1)]
    assert told(maja) == [("forums.reply", 1), ("forums.same", 1)]


def test_what_was_imported_notifies_nobody(now):
    maja, tom = member("maja"), member("tom")
    opened = services.open_topic(author=maja, board=board(), title="Old", source="@tom old", now=now, imported=True)
    said = services.write_post(author=tom, topic=opened, source="@maja old", now=now, imported=True)
    services.choose_best_answer(member=maja, post=said, now=now, imported=True)
    drain()
    assert Notification.objects.count() == 0


# Reactions and the best answer


def test_a_reaction_is_taken_back(now):
    opened, tom = topic(), member("tom")
    post = first_post(opened)
    assert services.react(member=tom, post=post, kind="useful", now=now) is True
    assert Topic.objects.get().useful_count == 1
    no_differences()
    assert services.react(member=tom, post=post, kind="useful", on=False, now=now) is True
    post.refresh_from_db()
    assert (post.useful_count, Topic.objects.get().useful_count) == (0, 0)
    assert [len(facts("forums.post.reacted")), len(facts("forums.reaction.withdrawn"))] == [1, 1]
    no_differences()


def test_ones_own_an_unknown_and_a_deleted_posts_reaction_are_refused(now):
    opened, tom = topic(), member("tom")
    post = first_post(opened)
    with pytest.raises(NotAllowed):
        services.react(member=opened.author, post=post, kind="useful", now=now)
    with pytest.raises(Invalid):
        services.react(member=tom, post=post, kind="love", now=now)
    said = reply(opened)
    services.delete_post(actor=said.author, post=said, now=now)
    with pytest.raises(Gone):
        services.react(member=tom, post=said, kind="useful", now=now)
    assert facts("forums.post.reacted") == []


def test_the_best_answer_is_marked_moved_and_taken_off(now):
    opened = topic()
    one, two = reply(opened), reply(opened)
    for post, chosen in ((one, True), (two, True), (two, False)):
        assert services.choose_best_answer(member=opened.author, post=post, chosen=chosen, now=now)
    assert Topic.objects.get().best_answer_id is None
    assert [fact["post_id"] for fact in facts("forums.best_answer.chosen")] == [one.pk, two.pk]
    assert [fact["post_id"] for fact in facts("forums.best_answer.cleared")] == [two.pk]


def test_the_question_and_a_deleted_reply_are_no_answers(now):
    opened = topic()
    said = reply(opened)
    services.delete_post(actor=said.author, post=Post.objects.get(pk=said.pk), now=now)
    for post, refused in (first_post(opened), Invalid), (said, Gone):
        with pytest.raises(refused):
            services.choose_best_answer(member=opened.author, post=post, now=now)
    assert Topic.objects.get().best_answer_id is None


@pytest.mark.parametrize("chosen", [True, False])
def test_in_a_deleted_topic_nothing_becomes_the_best_answer(now, chosen):
    opened = topic()
    said = reply(opened)
    if not chosen:
        services.choose_best_answer(member=opened.author, post=said, now=now)
    services.delete_post(actor=opened.author, post=first_post(opened), now=now)
    before = Topic.objects.values("best_answer", "sequence").get()
    with pytest.raises(Gone):
        services.choose_best_answer(member=opened.author, post=said, chosen=chosen, now=now)
    assert Topic.objects.values("best_answer", "sequence").get() == before
    assert services.choose_best_answer(member=opened.author, post=said, chosen=chosen, now=now, imported=True)


def test_who_may_not_read_the_board_any_more_marks_no_best_answer(now):
    opened = topic()
    said = reply(opened)
    Board.objects.update(readers="staff")
    with pytest.raises(NotAllowed):
        services.choose_best_answer(member=opened.author, post=said, now=now)
    assert Topic.objects.get().best_answer_id is None


def test_deleting_the_best_answer_takes_the_mark_with_it(now):
    opened = topic()
    said = reply(opened)
    services.choose_best_answer(member=opened.author, post=said, now=now)
    services.delete_post(actor=said.author, post=said, now=now)
    assert Topic.objects.get().best_answer_id is None


# Edit, delete, restore


def test_an_edit_keeps_the_old_text(now):
    maja = member("maja")
    opened = topic(author=maja)
    services.edit_post(editor=maja, post=first_post(opened), source="New.", title="Better title", now=now)
    post = first_post(opened)
    assert (post.text, post.edited_at, post.edited_by_id) == ("New.", now, maja.pk)
    assert list(PostRevision.objects.values_list("source", "replaced_by_id")) == [("Which one do you use?", maja.pk)]
    opened.refresh_from_db()
    assert (opened.title, opened.slug) == ("Better title", "better-title")
    assert [(fact["text"], fact["is_first"]) for fact in facts("forums.post.edited")] == [("New.", True)]


def test_a_replys_edit_never_changes_the_title(now):
    opened = topic(title="Mine")
    said = reply(opened)
    services.edit_post(editor=said.author, post=said, source="x", title="Stolen", now=now)
    assert Topic.objects.get().title == "Mine"


def test_a_moderators_edit_belongs_to_the_author(now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    services.edit_post(editor=moderator, post=first_post(opened), source="Mild.", now=now)
    fact = facts("forums.post.edited")[0]
    assert (fact["member_id"], fact["editor_id"]) == (opened.author_id, moderator.pk)


def test_a_deleted_post_is_not_edited(now):
    opened = topic()
    said = reply(opened)
    services.delete_post(actor=said.author, post=said, now=now)
    with pytest.raises(Gone):
        services.edit_post(editor=said.author, post=said, source="again", now=now)
    assert PostRevision.objects.count() == 0


def test_deleting_and_restoring_a_reply_keeps_all_counts(now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    said = reply(opened)
    services.delete_post(actor=said.author, post=said, now=now)
    services.delete_post(actor=said.author, post=said, now=now)
    assert (Topic.objects.get().post_count, Board.objects.get().post_count) == (1, 1)
    no_differences()
    services.restore_post(actor=moderator, post=said, now=now)
    services.restore_post(actor=moderator, post=said, now=now)
    assert (Topic.objects.get().post_count, Board.objects.get().post_count) == (2, 2)
    no_differences()
    assert [len(facts("forums.post.deleted")), len(facts("forums.post.restored"))] == [1, 1]


def test_deleting_a_topic_takes_all_its_posts_off_the_board(now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    said = reply(opened)
    reply(opened)
    topic(where=opened.board)
    services.delete_post(actor=moderator, post=first_post(opened), now=now)
    assert list(Board.objects.values_list("topic_count", "post_count")) == [(1, 1)]
    no_differences()
    services.delete_post(actor=moderator, post=said, now=now)
    assert list(Board.objects.values_list("topic_count", "post_count")) == [(1, 1)]
    no_differences()
    services.restore_post(actor=moderator, post=first_post(opened), now=now)
    assert list(Board.objects.values_list("topic_count", "post_count")) == [(2, 3)]
    no_differences()


def kept():
    found = Topic.objects.get()
    place = Board.objects.get()
    return found.last_author_id, found.last_post_at, place.last_post_at, found.answered_by_brand, found.useful_count


def test_what_a_topic_says_of_its_posts_follows_their_deletion_and_return(now):
    opened, moderator, agent = topic(), staff(Role.MODERATOR), staff(Role.SERVICE_AGENT)
    said = reply(opened, now=THEN + timedelta(hours=1))
    answer = reply(opened, author=agent, now=THEN + timedelta(hours=2))
    services.react(member=opened.author, post=said, kind="useful", now=now)
    services.react(member=opened.author, post=answer, kind="useful", now=now)
    whole = (agent.pk, answer.written_at, answer.written_at, True, 2)
    assert kept() == whole
    services.delete_post(actor=moderator, post=answer, now=now)
    assert kept() == (said.author_id, said.written_at, said.written_at, False, 1)
    no_differences()
    services.delete_post(actor=moderator, post=said, now=now)
    assert kept() == (opened.author_id, THEN, THEN, False, 0)
    for post in (answer, said):
        services.restore_post(actor=moderator, post=post, now=now)
    assert kept() == whole
    no_differences()


def test_a_reply_deleted_in_the_middle_leaves_the_latest_and_the_brands_other_answer(now):
    opened, agent = topic(), staff(Role.SERVICE_AGENT)
    first = reply(opened, author=agent)
    last = reply(opened, author=agent, source="And the straps.", now=THEN + timedelta(hours=2))
    services.delete_post(actor=agent, post=first, now=now)
    assert kept() == (agent.pk, last.written_at, last.written_at, True, 0)
    no_differences()


def test_a_deleted_topic_is_not_its_boards_latest_and_shows_nothing_of_its_own(now):
    early, moderator = topic(), staff(Role.MODERATOR)
    late = topic(where=early.board, now=THEN + timedelta(hours=3))
    services.delete_post(actor=moderator, post=first_post(late), now=now)
    late.refresh_from_db()
    assert (late.last_post_at, late.last_author_id) == (late.opened_at, late.author_id)
    assert Board.objects.get().last_post_at == THEN
    no_differences()
    services.delete_post(actor=moderator, post=first_post(early), now=now)
    assert Board.objects.get().last_post_at is None
    no_differences()
    services.restore_post(actor=moderator, post=first_post(late), now=now)
    assert Board.objects.get().last_post_at == late.opened_at
    no_differences()


def test_what_is_imported_late_is_not_the_latest(now):
    opened = topic(now=now)
    reply(opened, author=opened.author, now=now)
    services.write_post(author=member(), topic=opened, source="Long ago.", now=THEN, imported=True)
    services.open_topic(author=member(), board=opened.board, title="Old", source="Old.", now=THEN, imported=True)
    opened.refresh_from_db()
    assert (opened.last_author_id, opened.last_post_at) == (opened.author_id, now)
    assert Board.objects.get().last_post_at == now
    no_differences()


@pytest.mark.parametrize("left", [True, False])
def test_what_is_imported_into_a_deleted_topic_is_nothing_to_its_board(left):
    opened, moderator = topic(), staff(Role.MODERATOR)
    if left:
        reply(opened)
    services.delete_post(actor=moderator, post=first_post(opened), now=THEN + timedelta(hours=2))
    for hours in (-1, 5):
        at = THEN + timedelta(hours=hours)
        services.write_post(author=member(), topic=opened, source=f"{hours}", now=at, imported=True)
        assert list(Board.objects.values_list("topic_count", "post_count", "last_post_at")) == [(0, 0, None)]
        no_differences()
    services.restore_post(actor=moderator, post=first_post(opened), now=THEN + timedelta(hours=6))
    assert list(Board.objects.values_list("topic_count", "post_count", "last_post_at")) == [(1, 3 + left, at)]
    no_differences()


def test_closing_and_pinning_are_facts_and_twice_is_once(now):
    opened, moderator = topic(), staff(Role.MODERATOR)
    for state in (True, True, False, False):
        services.set_closed(actor=moderator, topic=opened, closed=state, now=now)
        services.set_pinned(actor=moderator, topic=opened, pinned=state, now=now)
    names = OutboxEvent.objects.filter(member_id=moderator.pk, name__startswith="forums").order_by("pk")
    assert list(names.values_list("name", flat=True)) == [
        "forums.topic.closed",
        "forums.topic.pinned",
        "forums.topic.reopened",
        "forums.topic.unpinned",
    ]


# Pictures


def test_a_picture_is_written_anew_without_what_was_hidden_in_it(now):
    exif = Image.Exif()
    exif[0x010E] = "Secret place"
    upload = services.store_picture(member=member(), file=picture(exif=exif, comment=b"Secret comment"), now=now)
    data = default_storage.open(upload.file.name).read()
    with default_storage.open(upload.file.name) as stored, Image.open(stored) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("WEBP", (60, 40), {})
    assert b"Secret" not in data
    assert upload.file.name.startswith("posts/2026/") and upload.file.name.endswith(".webp")


def test_a_huge_picture_is_made_smaller(now):
    upload = services.store_picture(member=member(), file=picture(size=(3000, 1500)), now=now)
    with default_storage.open(upload.file.name) as stored, Image.open(stored) as shown:
        assert shown.size == (2000, 1000)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg onload='alert(1)'/>", "This file is no picture we can read. JPEG, PNG, WebP and GIF work."),
        (b"", "This file is no picture we can read. JPEG, PNG, WebP and GIF work."),
        (b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "The picture is larger than 10 MB."),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(now, content, says):
    file = SimpleUploadedFile("car.jpg", content, content_type="image/jpeg")
    with pytest.raises(Invalid) as refused:
        services.store_picture(member=member(), file=file, now=now)
    assert (refused.value.message, refused.value.field) == (says, "picture")


# What is unread


def test_what_is_new_is_counted_by_topic(now):
    opened, tom = topic(now=now), member("tom")
    reply(opened, now=now + timedelta(minutes=1))
    opened.refresh_from_db()
    assert queries.new_posts([opened], tom) == {opened.pk: (2, 1)}
    services.mark_read(reader=tom, topic=opened, number=1, now=now)
    assert queries.new_posts([opened], tom) == {opened.pk: (1, 2)}
    services.mark_read(reader=tom, topic=opened, number=2, now=now)
    services.mark_read(reader=tom, topic=opened, number=1, now=now)
    assert queries.new_posts([opened], tom) == {}


def test_a_board_marked_as_read_has_nothing_new_until_the_next_post(now):
    opened, tom = topic(now=now), member("tom")
    services.mark_board_read(reader=tom, board=opened.board, now=now)
    assert queries.new_posts([opened], tom) == {}
    reply(opened, now=now + timedelta(minutes=1))
    opened.refresh_from_db()
    assert queries.new_posts([opened], tom) == {opened.pk: (1, 2)}


def test_an_old_topic_with_a_new_post_has_one_new_post():
    tom = member("tom")
    old = topic(now=tom.joined_at - timedelta(days=2))
    reply(old, now=tom.joined_at - timedelta(days=1))
    reply(old, now=tom.joined_at + timedelta(days=1))
    old.refresh_from_db()
    assert queries.new_posts([old], tom) == {old.pk: (1, 3)}


def test_ones_own_posts_and_what_is_older_than_ones_joining_are_not_new(now):
    tom = member("tom")
    old = topic(now=tom.joined_at - timedelta(days=1))
    mine, others = topic(author=tom, now=now), topic(now=now)
    for opened in (mine, others):
        reply(opened, author=tom, now=now + timedelta(minutes=1))
        opened.refresh_from_db()
    assert queries.new_posts([old, mine, others], tom) == {others.pk: (1, 1)}


@pytest.mark.parametrize(
    ("gone", "new"),
    [((), (3, 3)), ((3,), (2, 4)), ((4,), (2, 3)), ((5,), (2, 3)), ((3, 5), (1, 4)), ((1,), None), ((3, 4, 5), None)],
)
@pytest.mark.parametrize("old", [False, True])
def test_what_was_deleted_is_nothing_new(now, gone, new, old):
    tom = member("tom")
    opened = topic(now=tom.joined_at - timedelta(days=1) if old else now)
    said = [reply(opened, source=f"{hours}", now=now + timedelta(hours=hours)) for hours in range(1, 5)]
    services.mark_read(reader=tom, topic=opened, number=2, now=now)
    for number in gone:
        post = Post.objects.get(number=number)
        services.delete_post(actor=post.author, post=post, now=now)
    opened.refresh_from_db()
    assert len(said) + 1 == opened.last_number
    assert queries.new_posts([opened], tom) == ({opened.pk: new} if new else {})
    assert list(queries.unread(tom, [opened.board_id])) == ([opened] if new else [])
    assert [row.new for row in queries.board_rows([opened.board], tom)] == [int(new is not None)]


@pytest.mark.parametrize("topics", [1, 3])
def test_what_is_new_is_counted_in_three_queries_whatever_was_deleted(now, django_assert_num_queries, topics):
    tom, where = member("tom"), board()
    for hours in range(topics):
        opened = topic(where=where, now=now + timedelta(hours=hours))
        gone = reply(opened, now=now + timedelta(hours=hours))
        reply(opened, source="Stays.", now=now + timedelta(hours=hours))
        services.delete_post(actor=gone.author, post=gone, now=now)
    found = list(Topic.objects.all())
    with django_assert_num_queries(3):
        assert queries.new_posts(found, tom) == {one.pk: (2, 1) for one in found}


# Calling people


@pytest.mark.serverless
@pytest.mark.parametrize(("days", "called"), [(0, 5), (6, 5), (7, 24)])
def test_somebody_new_calls_no_more_than_a_few_people_by_a_post(days, called):
    people = [member(f"called{n}") for n in range(12)]
    opened = topic(author=member("asks"))
    said = [reply(opened, author=member(f"said{n}")) for n in range(12)]
    quotes = "".join(quote("Somebody", post.pk, "text") for post in said)
    source = quotes + " ".join(f"@{person.username}" for person in people)
    maja, at = member("maja"), THEN + timedelta(days=days)
    written = services.write_post(author=maja, topic=opened, source=source, now=at)
    services.open_topic(author=maja, board=opened.board, title="All of you", source=source, now=at)
    drain()
    told = Notification.objects.exclude(recipient=opened.author).filter(actor_ids=[maja.pk])
    for event in OutboxEvent.objects.filter(name__in=["forums.post.written", "forums.topic.opened"], member_id=maja.pk):
        assert len({*event.payload["mentioned_ids"], *event.payload["quoted_ids"]}) == called
    assert told.values("recipient").distinct().count() == called
    assert written.html.count('<a href="/members/called') == 12  # the names are links all the same
