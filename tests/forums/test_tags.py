"""Tags of topics: what is kept of what was typed, who changes them, and where they are found."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from community.kernel.api import Invalid
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from community.search.api import search_content
from community.search.models import Mark
from crm_bridge.mirror.explain import document
from crm_bridge.models import Signal
from forums import services
from forums.models import Post, PostRevision, Topic
from forums.queries.history import steps
from forums.services.texts import clean_tags
from tests.forums.places import board, first_post, reply
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def tagged(*tags, author=None, **more):
    return services.open_topic(
        author=author or member("ada"), board=board(), title="My car", source="Look at it", tags=tags, now=THEN, **more
    )


def change(post, *tags, by=None, title="My car", source="Look at it", **more):
    services.edit_post(editor=by or post.author, post=post, title=title, source=source, tags=tags, now=THEN, **more)
    return Topic.objects.get(pk=post.topic_id).tags


def counts():
    return OutboxEvent.objects.count(), Mark.objects.count(), PostRevision.objects.count(), Post.objects.count()


# What is kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (["\u200b"], ()),
        (["\u2060,\u200b,\ufeff", "\x07", "\u3164", "\u2800 \u2800", "\u034f\ufe0f", "\ue000"], ()),
        (["\u202egnp"], ("gnp",)),
        (["ro\u200bof", "roof"], ("roof",)),
        (["Roof\track\n2"], ("Roof rack 2",)),
        (["Ｒｏｏｆ", "roof", "ﬁne"], ("Roof", "fine")),
        (["a，b、c"], ("a", "b", "c")),
        (["＠maja", "@maja"], ("maja",)),
        (["C++", "🚗", "…"], ("C++", "🚗", "...")),
        (["ß", "SS"], ("ß",)),
    ],
)
def test_nothing_that_is_not_seen_is_kept_and_what_looks_alike_is_one(typed, kept):
    assert clean_tags(typed) == kept


@pytest.mark.parametrize("tags", [("a", "b", "c", "d"), ("a,b", "c、d"), ("x" * 31,), ("ﷺ" * 2,)])
def test_the_service_checks_what_it_is_given_and_changes_nothing(tags):
    opened = tagged("snow")
    before = counts()
    with pytest.raises(Invalid):
        tagged(*tags)
    with pytest.raises(Invalid):
        change(first_post(opened), *tags)
    assert (counts(), Topic.objects.get().tags) == (before, ["snow"])


def test_what_an_import_brought_stays_through_an_edit_and_more_is_refused():
    many = [*"abcde", "y" * 35]
    opened = tagged(*many, imported=True)
    assert change(first_post(opened), *many, source="Other text") == many
    assert change(first_post(opened), *many[1:]) == many[1:]
    for more in ((*many[1:], "f"), ("z" * 35,)):
        with pytest.raises(Invalid):
            change(first_post(opened), *more)


def test_a_long_one_that_was_written_otherwise_stays():
    odd = "Ｗ" * 31
    assert change(first_post(tagged(odd, imported=True)), odd, source="Only the text") == ["W" * 31]


def test_new_ones_need_room_beside_what_an_import_brought():
    opened = tagged(*"abcde", imported=True)
    with pytest.raises(Invalid):
        change(first_post(opened), *"vwxyz")
    assert change(first_post(opened), "x", "y", "a") == ["x", "y", "a"]


def test_an_edit_of_the_text_alone_leaves_the_tags_as_they_were(client):
    odd = ["node.js/@x", *(f"{number}{'y' * 90}" for number in range(6))]
    first = first_post(tagged(*odd, imported=True))
    client.force_login(first.author)
    address, sent = f"/posts/{first.pk}/edit/", {"title": "My car", "version": first.version}
    shown = client.get(address).context["form"]["tags"].value()
    for number, tags in enumerate(({}, {"tags": shown}, {"tags": f" {shown} "})):
        sent["version"] = first_post(Topic.objects.get()).version
        assert client.post(address, {**sent, **tags, "source": f"Text {number}"}).status_code == 302
        assert Topic.objects.get().tags == odd
    assert set(PostRevision.objects.values_list("source", flat=True)) == {first.source, "Text 0", "Text 1"}


def test_a_change_is_in_the_history_at_the_border_of_a_page_too():
    first = first_post(tagged("a"))
    change(first, "b", source="Text 0")
    for number in range(1, 11):
        services.edit_post(editor=first.author, post=first, source=f"Text {number}", now=THEN)
    change(first, "c", source="Text 11")
    shown = [step.tags for page in (1, 2) for step in steps(first_post(Topic.objects.get()), page)[0]]
    assert [lines for lines in shown if lines] == [[("del", "b"), ("ins", "c")], [("del", "a"), ("ins", "b")]]


# Who changes them


@pytest.mark.parametrize("who", ["author", "moderator"])
def test_author_and_moderators_change_them_where_they_edit_the_first_post(client, who):
    first = first_post(tagged("roof rack", "tyres"))
    client.force_login(first.author if who == "author" else staff(Role.MODERATOR))
    address = f"/posts/{first.pk}/edit/"
    page = client.get(address)
    assert page.context["form"]["tags"].value() == "roof rack, tyres"
    sent = {"title": "My car", "source": "Look at it", "tags": " wheels", "version": first.version}
    assert client.post(address, sent).status_code == 302
    assert Topic.objects.get().tags == ["wheels"]
    assert OutboxEvent.objects.get(name="forums.post.edited").payload["tags"] == ["wheels"]


def test_others_do_not_and_a_reply_has_none(client):
    opened = tagged("wheels")
    said = reply(opened)
    client.force_login(said.author)
    assert client.post(f"/posts/{first_post(opened).pk}/edit/", {"tags": "mine"}).status_code == 403
    assert "tags" not in client.get(f"/posts/{said.pk}/edit/").context["form"].fields
    services.edit_post(editor=said.author, post=said, source="Other", tags=["mine"], now=THEN)
    assert (Topic.objects.get().tags, PostRevision.objects.get().tags) == (["wheels"], None)


def test_what_is_refused_comes_back_as_it_was_typed(client):
    first = first_post(tagged("wheels"))
    client.force_login(first.author)
    sent = {"title": "My car", "source": "Look at it", "tags": "a, b, c, d", "version": first.version}
    answer = client.post(f"/posts/{first.pk}/edit/", sent)
    errors = {"tags": ["A topic has at most three tags."]}
    assert (answer.status_code, answer.context["form"].errors) == (422, errors)
    assert answer.context["form"]["tags"].value() == "a, b, c, d"


def test_the_same_tags_are_no_edit_and_an_edit_sent_twice_is_one():
    first = first_post(tagged("wheels"))
    before = counts()
    assert (change(first, "wheels"), counts()) == (["wheels"], before)
    for _time in range(2):
        assert change(first, "rims", based_on=first.version) == ["rims"]
    assert PostRevision.objects.count() == 1
    assert services.edit_post(editor=first.author, post=first, source="Without a word of tags", now=THEN)
    assert Topic.objects.get().tags == ["rims"]


# History


def test_the_history_says_which_were_taken_out_and_put_in(client):
    first = first_post(tagged("wheels"))
    change(first, "wheels", "rims")
    change(first, "wheels", "rims", source="Look again")
    change(first, source="Look again")
    client.force_login(member())
    sections = client.get(f"/posts/{first.pk}/history/").content.decode().split("<section")[1:]
    marks = [[re.findall(f"<{tag}>(.*?)</{tag}>", one) for tag in ("del", "ins")] for one in sections]
    assert marks == [
        [["wheels, rims"], []],
        [["Look at it"], ["Look again"]],
        [["wheels"], ["wheels, rims"]],
    ]
    assert [">Tags<" in one for one in sections] == [True, False, True]


def test_a_version_that_is_taken_out_takes_its_tags_too(client):
    first, mira = first_post(tagged("bad word")), staff(Role.MODERATOR)
    change(first, "rims")
    old = PostRevision.objects.get()
    client.force_login(mira)
    assert "bad word" in client.get(f"/posts/{first.pk}/history/{old.pk}/remove/").content.decode()
    services.remove_revision(actor=mira, revision=old, now=THEN)
    old.refresh_from_db()
    assert (old.tags, "bad word" in client.get(f"/posts/{first.pk}/history/").content.decode()) == (None, False)


# Where they are


def test_a_topics_page_shows_them(client):
    opened = tagged("<b>tyres</b>", "rims")
    top = client.get(opened.get_absolute_url()).content.decode().partition("topic-top")[2].partition("</header>")[0]
    assert re.findall(r'<a [^>]*\?tag=[^>]*lang="en">([^<]*)</a>', top) == ["&lt;b&gt;tyres&lt;/b&gt;", "rims"]


def found(words):
    return [(hit.found.title, hit.excerpt) for hit in search_content(words, viewer=AnonymousUser()).hits]


def test_a_search_finds_a_topic_by_them_and_by_what_they_are_now():
    first = first_post(tagged("dachzelt"))
    drain()
    assert found("dachzelt") == [("My car", "Look at it · <mark>dachzelt</mark>")]
    change(first, "camping")
    drain()
    assert (found("dachzelt"), found("camping")) == ([], [("My car", "Look at it · <mark>camping</mark>")])


def keywords(person):
    drain()
    return sorted(Signal.objects.filter(member_id=person.pk).values_list("keyword", flat=True))


def test_a_profile_follows_them(now):
    load_words()
    ada, mira = permit(member("ada"), "profiling:onsite"), staff(Role.MODERATOR)
    opened = tagged("roof rack", author=ada)
    assert keywords(ada) == ["roof-rack"]
    change(first_post(opened), "camping", by=mira)
    assert keywords(ada) == ["camping"]
    services.delete_post(actor=mira, post=first_post(opened), now=now)
    assert keywords(ada) == []
    services.restore_post(actor=mira, post=first_post(opened), now=now)
    assert keywords(ada) == ["camping"]


def test_a_name_taken_out_of_the_topic_leaves_what_the_tags_taught():
    load_words()
    ada, zelda = permit(member("ada"), "profiling:onsite"), member("zelda")
    opened = tagged("camping", author=ada)
    change(first_post(opened), "camping", source="Ask @zelda")
    assert keywords(ada) == ["camping"]
    erase_member(member=zelda, now=THEN)
    assert keywords(ada) == ["camping"]


def test_the_file_has_them_and_the_earlier_ones():
    first = first_post(tagged("wheels", "rims"))
    change(first, "tyres")
    file = document(first.author)
    assert [row["tags"] for row in file["topics"]] == [["tyres"]]
    assert [row["tags"] for row in file["earlier_versions"]] == [["wheels", "rims"]]


def test_a_deleted_topics_facts_have_none_once_its_author_is_erased(now):
    mira, ada = staff(Role.MODERATOR), member("ada")
    first = first_post(tagged("secretword", author=ada))
    erase_member(member=ada, now=now)
    change(first, "secretword", by=mira, source="Edited later")
    services.delete_post(actor=mira, post=first, now=now)
    assert [fact.pk for fact in OutboxEvent.objects.all() if "secretword" in str(fact.payload)] == []
    assert (Topic.objects.get().tags, PostRevision.objects.count()) == ([], 0)
