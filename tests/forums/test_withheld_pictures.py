"""A picture is served while a shown post names it, and is gone once the last text with it was removed for good."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.test import Client

from community.kernel.markup import pictures_in
from community.members.api import Member, Role, erase_member
from forums import services
from forums.models import PictureUse, Post, PostRevision, Upload
from forums.picture_uses import note_pictures
from ideas.services import submit_idea, withdraw_idea
from tests.contests import SUBMISSION, contest
from tests.forums.places import first_post, picture, reply, topic
from tests.people import THEN, member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.fixture
def maja():
    return member("maja")


@pytest.fixture
def keeper():
    return staff(Role.MODERATOR, "keeper")


@pytest.fixture
def upload(maja):
    return services.store_picture(member=maja, file=picture(), now=THEN)


def showing(upload):
    return f"Look:\n\n![my car]({upload.file.url})"


@pytest.fixture
def shown(maja, upload):
    """A reply with a picture."""
    return reply(topic(), author=maja, source=showing(upload))


def served(upload, viewer=None):
    """Whether the picture is sent to somebody, a guest where nobody is named."""
    client = Client()
    if viewer:
        client.force_login(viewer)
    response = client.get(upload.file.url)
    assert response.status_code in {200, 404}
    return response.status_code == 200


def everybody(upload):
    """Who of these the picture is sent to."""
    people = {"guest": None, **{name: Member.objects.get(username=name) for name in ("maja", "otto", "keeper")}}
    return {name for name, viewer in people.items() if served(upload, viewer)}


@pytest.fixture(autouse=True)
def otto(keeper):
    return member("otto")


FEW, ALL = {"maja", "keeper"}, {"guest", "maja", "otto", "keeper"}


def test_a_picture_that_is_not_posted_yet_is_for_who_uploaded_it_and_for_moderators(upload):
    assert everybody(upload) == FEW


@pytest.mark.parametrize("by", ["maja", "keeper"])
@pytest.mark.parametrize("first", [False, True])
def test_a_deleted_post_takes_its_pictures_off_the_site_until_it_is_restored(maja, keeper, upload, by, first):
    opened = topic(author=maja)
    post = reply(opened, author=maja, source=showing(upload))
    assert everybody(upload) == ALL
    gone = first_post(opened) if first else post
    services.delete_post(actor=Member.objects.get(username=by), post=gone, now=THEN)
    assert (everybody(upload), default_storage.exists(upload.file.name)) == (FEW, True)
    services.restore_post(actor=keeper, post=gone, now=THEN)
    assert everybody(upload) == ALL


def test_a_picture_two_posts_show_stays_with_the_other_one(otto, keeper, shown, upload):
    again = reply(topic(), author=otto, source=f"As here: {upload.file.url}")
    services.delete_post(actor=keeper, post=shown, now=THEN)
    assert everybody(upload) == ALL
    services.edit_post(editor=keeper, post=again, source="Nothing", forget=True, now=THEN)
    assert (everybody(upload), default_storage.exists(upload.file.name)) == (FEW, True)


def test_a_picture_of_an_earlier_version_alone_is_off_the_site(maja, shown, upload):
    services.edit_post(editor=maja, post=shown, source="No picture", now=THEN)
    assert (everybody(upload), PostRevision.objects.get().source) == (FEW, showing(upload))
    services.edit_post(editor=maja, post=shown, source=showing(upload), now=THEN)
    assert everybody(upload) == ALL


def forget_by_edit(keeper, post):
    services.edit_post(editor=keeper, post=post, source="Taken out", forget=True, now=THEN)


def remove_version(keeper, post):
    services.edit_post(editor=post.author, post=post, source="Taken out", now=THEN)
    services.remove_revision(actor=keeper, revision=PostRevision.objects.get(), now=THEN)


@pytest.mark.parametrize("act", [forget_by_edit, remove_version])
def test_a_picture_removed_for_good_leaves_the_disk(keeper, shown, upload, act, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        act(keeper, shown)
    assert (default_storage.exists(upload.file.name), everybody(upload)) == (False, set())
    assert [model.objects.count() for model in (Upload, PictureUse)] == [0, 0]


def in_the_new_text(keeper, post, upload):
    services.edit_post(editor=keeper, post=post, source=f"Milder. {showing(upload)}", forget=True, now=THEN)


def in_another_version(keeper, post, upload):
    services.edit_post(editor=post.author, post=post, source=f"Second. {showing(upload)}", now=THEN)
    services.edit_post(editor=keeper, post=post, source="Third", forget=True, now=THEN)


def in_another_post(keeper, post, upload):
    other = reply(topic(), source=showing(upload))
    services.delete_post(actor=keeper, post=other, now=THEN)
    forget_by_edit(keeper, post)


@pytest.mark.parametrize("act", [in_the_new_text, in_another_version, in_another_post])
def test_a_picture_that_stands_somewhere_else_stays_on_the_disk(
    keeper, shown, upload, act, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        act(keeper, shown, upload)
    assert (default_storage.exists(upload.file.name), Upload.objects.count()) == (True, 1)
    assert everybody(upload) == (ALL if act is in_the_new_text else FEW)


def delete(keeper, post):
    services.delete_post(actor=keeper, post=post, now=THEN)


@pytest.mark.parametrize("act", [forget_by_edit, delete])
def test_a_picture_that_an_idea_shows_stays_as_long_as_the_idea(
    keeper, otto, shown, upload, act, django_capture_on_commit_callbacks
):
    told = submit_idea(author=otto, contest=contest(), title="A car", source=showing(upload), now=SUBMISSION)
    with django_capture_on_commit_callbacks(execute=True):
        act(keeper, shown)
    assert (default_storage.exists(upload.file.name), everybody(upload)) == (True, ALL)
    withdraw_idea(author=otto, idea=told, now=SUBMISSION)
    assert everybody(upload) == FEW


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![my car]({url})", True),
        ("[my car]({url})", True),
        ("[my car]({url}?v=1)", True),
        ("[my car]({url}#there)", True),
        ("![my car][here]\n\n[here]: {url}", True),
        ("![my car]({entities})", True),
        ("[here]: {url}\n\nNothing", False),
        ("`{url}`", False),
        ("```\n![my car]({url})\n```", False),
    ],
)
def test_only_a_picture_that_an_idea_shows_is_served_for_it(otto, upload, text, shown):
    url = upload.file.url
    source = text.format(url=url, entities=url.replace(".", "&#46;"))
    submit_idea(author=otto, contest=contest(), title="A car", source=source, now=SUBMISSION)
    assert everybody(upload) == (ALL if shown else FEW)


def test_an_erasure_leaves_nothing_of_which_post_showed_what(maja, otto, shown, upload):
    theirs = services.store_picture(member=otto, file=picture(size=(50, 30)), now=THEN)
    kept, gone = (reply(shown.topic, author=maja, source=f"{showing(theirs)} {n}") for n in range(2))
    services.edit_post(editor=maja, post=shown, source=showing(theirs), now=THEN)
    services.delete_post(actor=maja, post=gone, now=THEN)
    erase_member(member=maja, now=THEN)
    assert list(PictureUse.objects.order_by("post").values_list("post", "name", "present")) == [
        (shown.pk, theirs.file.name, True),
        (kept.pk, theirs.file.name, True),
    ]


# What it costs, and what is kept


@pytest.mark.parametrize("posts", [1, 3])
def test_a_shown_picture_costs_two_queries_and_may_be_kept_by_the_browser(
    client, upload, posts, django_assert_num_queries
):
    opened = topic()
    for number in range(posts):
        reply(opened, source=f"{number} {showing(upload)}")
    with django_assert_num_queries(2):  # whether it is to go, and who sees it
        response = client.get(upload.file.url)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, max-age=86400")
    client.force_login(member("ben"))
    with django_assert_num_queries(4):  # who it is takes the other two, as for any address
        assert client.get(upload.file.url).status_code == 200


def test_nothing_keeps_the_answer_about_a_withheld_picture(client, maja, upload):
    response = client.get(upload.file.url)
    assert (response.status_code, response["Cache-Control"], response.content) == (404, NEVER, b"")
    client.force_login(maja)
    response = client.get(upload.file.url)
    assert (response.status_code, response["Cache-Control"]) == (200, NEVER)


def test_texts_without_pictures_cost_nothing_more(maja, django_assert_num_queries):
    post = reply(topic(), author=maja)
    with django_assert_num_queries(0):
        note_pictures(post, before="Nothing to see")


# How a text names a picture, and what was there before this was noted

NAME = "posts/2026/09/a-_b.webp"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (f"![x](/media/{NAME})", {NAME}),
        (f"[x]: /media/{NAME}", {NAME}),
        (f"https://paddock.example/media/{NAME}.", {NAME}),
        (r"![x](/media/posts/2026/09/a\-\_b\.webp)", {NAME}),
        ("![x](/media/posts/2026/09/a&#45;&lowbar;b.webp)", {NAME}),
        (f"![x](/media/{NAME}) ![y](/media/ideas/2026/09/c.webp)", {NAME, "ideas/2026/09/c.webp"}),
        ("posts/2026/09/.webp posts/2026/a.webp ![](/media/a.webp)", set()),
        ("", set()),
    ],
)
def test_however_a_text_writes_a_picture_it_names_it(source, named):
    assert pictures_in(source) == named


def test_what_was_written_before_is_noted_by_the_migration(maja, keeper, shown, upload):
    old = services.store_picture(member=maja, file=picture(size=(50, 30)), now=THEN)
    changed = reply(shown.topic, author=maja, source=showing(old))
    services.edit_post(editor=maja, post=changed, source="No picture, but .webp", now=THEN)
    services.edit_post(editor=maja, post=shown, source=f"Still: {showing(upload)}", now=THEN)
    noted = list(PictureUse.objects.order_by("post").values("post", "name", "present"))
    assert [one["present"] for one in noted] == [True, False]
    PictureUse.objects.all().delete()
    assert Post.objects.filter(pk=shown.pk).exists() and everybody(upload) == FEW
    for _time in range(2):
        import_module("forums.migrations.0015_note_pictures").note(apps, None)
        assert list(PictureUse.objects.order_by("post").values("post", "name", "present")) == noted
    assert everybody(upload) == ALL
