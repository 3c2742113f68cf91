"""Somebody who is erased leaves no name behind, in nobody's words, and no import writes for them again."""

import json
import re

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.consent.api import VERSION, grant
from community.inbox.models import Notification
from community.kernel.api import Gone, Invalid, now
from community.kernel.liveries import LIVERIES
from community.kernel.models import OutboxEvent
from community.kernel.relay import deliver_once
from community.members.api import (
    Member,
    Newcomer,
    Role,
    change_space,
    erase_member,
    erased_among,
    members_named,
    register,
)
from community.search.api import search_content
from crm_bridge.models import Profile, Signal
from crm_bridge.profiles.projector import rebuild_profiles
from forums import services
from forums.erasure import BATCH
from forums.importers.people import take_people
from forums.models import Imported, Post, PostRevision, Reaction, Reference, Topic, Upload
from tests.forums.places import board, first_post, picture, reply, topic
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

NAME, SHOWN = "camping-zelda", "Zelda Fitzquark"
LIVERY = re.compile('class="lv (lv-[a-z0-9]+)')


@pytest.fixture
def zelda():
    """Somebody whose user name holds a keyword, and whose names stand nowhere else."""
    return member(NAME, name=SHOWN)


def everything():
    """All that is stored, as one text for each table."""
    return {
        model._meta.label: json.dumps(list(model._default_manager.values()), cls=DjangoJSONEncoder, ensure_ascii=False)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
    }


def naming(*words):
    """The tables in which one of the words stands, in whatever case."""
    return sorted(label for label, text in everything().items() if any(word.lower() in text.lower() for word in words))


def hits(words):
    return search_content(words, viewer=AnonymousUser()).total


def derived():
    profiles = list(Profile.objects.order_by("pk").values("pk", "interests", "acts", "active_days", "stage"))
    return profiles, list(Signal.objects.order_by("pk").values_list("member_id", "keyword", "source", "at", "title"))


def named_everywhere(zelda, ben, ida):
    """Her topic, another with her name in its title, and posts that name her: quoted, by @, in code, escaped."""
    mine = topic(author=zelda, where=(place := board("talk")), now=now())
    theirs = topic(author=ben, where=place, title=f"A question for @{NAME}", now=now())
    said = first_post(mine)
    quoted = f"> [{SHOWN}](/posts/{said.pk}/)\n>\n> Which one do you use?\n\nThe steel roof rack."
    posts = [
        reply(mine, author=ben, source=quoted, now=now()),
        reply(mine, author=ida, source=f"Thanks @{NAME}, and @ben. Power.", now=now()),
        reply(theirs, author=ida, source=f"> > [{SHOWN}](/posts/{said.pk}/)\n\n`@{NAME}`", now=now()),
        reply(mine, author=ben, source="你好，@Camping_Zelda ，动力怎么样？", now=now()),
        reply(mine, author=ida, source=f"&#64;{NAME} and @camping\\-zelda, written otherwise", now=now()),
    ]
    return mine, theirs, posts


def test_every_mention_and_quotation_loses_the_name_everywhere(zelda):
    load_words()
    ben, ida = permit(member("ben"), "profiling:onsite"), permit(member("ida"), "profiling:onsite")
    mine, theirs, posts = named_everywhere(zelda, ben, ida)
    quoted, third = posts[0].source, posts[2].source
    services.edit_post(editor=ida, post=posts[1], source=f"Thanks @{NAME}, and @ben. More power.", now=now())
    services.react(member=zelda, post=posts[0], kind="useful", now=now())
    drain()
    assert set(naming(NAME, SHOWN)) >= {"forums.Post", "forums.PostRevision", "forums.Topic"}
    assert (hits("Fitzquark") > 1, hits("zelda") > 1) == (True, True)
    before, mentions = Topic.objects.get(pk=mine.pk).sequence, Reference.objects.count()
    assert mentions >= 6

    erase_member(member=zelda, now=now())
    # What others' profiles say of a title follows with the relay.
    assert set(naming(SHOWN, NAME, "camping_zelda")) <= {"crm_bridge.Profile", "crm_bridge.Signal"}
    word, wort = "former member", "已注销的成员"
    assert [post.source for post in Post.objects.filter(pk__in=[p.pk for p in posts]).order_by("pk")] == [
        quoted.replace(SHOWN, word),
        f"Thanks {word}, and @ben. More power.",
        third.replace(SHOWN, word).replace(f"@{NAME}", word),
        f"你好，{wort} ，动力怎么样？",
        f"{word} and {word}, written otherwise",
    ]
    html = Post.objects.get(pk=posts[1].pk).html
    assert 'href="/members/ben/"' in html and "/members/former" not in html
    assert PostRevision.objects.get().source == f"Thanks {word}, and @ben. Power."
    assert Topic.objects.get(pk=theirs.pk).title == f"A question for {word}"
    assert Topic.objects.get(pk=mine.pk).sequence > before
    assert Post.objects.get(pk=posts[0].pk).useful_count == 0 and not Reaction.objects.exists()
    assert Reference.objects.filter(member=zelda).count() == 0

    drain()
    assert (hits("Fitzquark"), hits("zelda")) == (0, 0)
    at_once = derived()
    list(rebuild_profiles(now=now()))
    assert derived() == at_once
    drain()
    assert naming(SHOWN, NAME, "camping_zelda") == []
    assert not Signal.objects.filter(keyword="camping").exists()  # it was never about camping
    assert Signal.objects.filter(member_id=ida.pk, keyword="power").exists()


def test_an_older_title_loses_the_name_wherever_it_was_said(zelda):
    load_words()
    ben = permit(member("ben"), "profiling:onsite")
    opened = topic(author=member("ida"), title=f"A roof rack like @{NAME} has?", now=now())
    reply(opened, author=ben, source="The roof rack", now=now())
    first = first_post(opened)
    services.edit_post(editor=first.author, post=first, title="A roof rack", source=first.source, now=now())
    drain()
    assert set(naming(NAME)) >= {"forums.PostRevision", "community_kernel.OutboxEvent", "crm_bridge.Signal"}
    erase_member(member=zelda, now=now())
    drain()
    assert naming(NAME) == []
    assert PostRevision.objects.get().title == "A roof rack like former member has?"
    at_once = derived()
    list(rebuild_profiles(now=now()))
    assert derived() == at_once


def test_the_history_of_a_post_shows_the_name_no_longer(zelda, client):
    ida = member("ida")
    post = reply(topic(now=now()), author=ida, source=f"Thanks @{NAME}.", now=now())
    services.edit_post(editor=ida, post=post, source=f"Many thanks @{NAME}.", now=now())
    page = reverse("forums:history", args=[post.pk])
    client.force_login(ida)
    assert NAME in client.get(page).content.decode()
    erase_member(member=zelda, now=now())
    shown = client.get(page).content.decode()
    assert NAME not in shown and "Many thanks former member." in shown


def test_a_name_taken_out_teaches_nothing_that_was_not_learnt_before(zelda):
    load_words()
    ben = member("ben")
    reply(topic(now=now()), author=ben, source=f"@{NAME} has more power.", now=now())
    drain()
    permit(ben, "profiling:onsite", now=now())
    drain()
    erase_member(member=zelda, now=now())
    drain()
    assert not Signal.objects.exists()
    assert OutboxEvent.objects.filter(name="forums.post.redacted", member_id=ben.pk).count() == 1


@pytest.mark.serverless
def test_somebody_named_in_hundreds_of_posts_is_taken_out_in_batches(zelda):
    people = [member() for _ in range(20)]
    opened = topic(now=now())
    for number in range(2 * BATCH + 50):
        reply(opened, author=people[number % 20], source=f"@{NAME} says **{number}**, @{people[0].username}", now=now())
    while deliver_once(now=now()):
        pass
    with CaptureQueriesContext(connection) as asked:
        erase_member(member=zelda, now=now())
    assert len(asked) < 150
    assert naming(NAME, SHOWN) == []
    text = Post.objects.get(topic=opened, number=301)
    assert (text.text, text.source) == (
        f"former member says 299, @{people[0].username}",
        f"former member says **299**, @{people[0].username}",
    )
    assert OutboxEvent.objects.filter(name="forums.post.redacted").count() == 2 * BATCH + 50


def test_the_name_is_nobodys_again(zelda):
    reply(topic(), source=f"@{NAME} knows")
    erase_member(member=zelda, now=now())
    assert members_named([NAME]) == {}
    assert naming(NAME) == []
    for name in (NAME, "Camping_Zelda", "camping-ze1da", "сamping-zelda"):
        with pytest.raises(Invalid):
            register(username=name, email="other@example.org", password=None, now=now())
        assert erased_among([name, "somebody"]) == {name}
        newcomer = Newcomer(username=name, joined_at=THEN)
        assert take_people({name: newcomer})[name].username.startswith(f"{name}-")


def test_the_name_is_nobodys_after_the_secret_key_was_changed_twice(zelda, settings):
    erase_member(member=zelda, now=now())
    for key in ("second", "third"):
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], key
        assert erased_among([NAME, "Camping_Zelda", "somebody"]) == {NAME, "Camping_Zelda"}
        with pytest.raises(Invalid):
            register(username=NAME, email="other@example.org", password=None, now=now())
    settings.SECRET_KEY_FALLBACKS = []  # a key that is named no longer is what is forgotten
    assert erased_among([NAME]) == set()


def test_nothing_leads_back_to_the_account(zelda):
    Member.objects.filter(pk=zelda.pk).update(last_login=now())
    before = Member.objects.get(pk=zelda.pk)
    erase_member(member=zelda, now=now())
    erased = Member.objects.get(pk=zelda.pk)
    assert (erased.last_login, erased.email, erased.language) == (None, None, "en")
    assert (erased.joined_at.month, erased.joined_at.day, erased.joined_at.hour) == (1, 1, 0)
    assert erased.joined_at.year == before.joined_at.year
    assert erased.public_id != before.public_id


@pytest.mark.django_db(transaction=True)
def test_pictures_leave_the_disk_and_ones_own_posts_after_the_commit(zelda):
    mine, others = (services.store_picture(member=who, file=picture(), now=now()) for who in (zelda, member("ben")))
    unused = services.store_picture(member=zelda, file=picture(), now=now())
    opened = topic(author=zelda)
    post = reply(opened, author=zelda, source=f"Look:\n\n![my car]({mine.file.url})\n\nand ![]({others.file.url})")
    names = [upload.file.name for upload in (mine, unused, others)]
    assert all(default_storage.exists(name) for name in names)
    erase_member(member=zelda, now=now())
    assert [default_storage.exists(name) for name in names] == [False, False, True]
    post.refresh_from_db()
    assert post.source == f"Look:\n\n(picture removed)\n\nand ![]({others.file.url})"
    assert mine.file.url not in post.html and others.file.url in post.html
    assert Upload.objects.get().pk == others.pk


def test_pictures_stay_where_the_erasure_is_undone(zelda):
    from django.db import transaction

    upload = services.store_picture(member=zelda, file=picture(), now=now())
    with transaction.atomic():
        erase_member(member=zelda, now=now())
        transaction.set_rollback(True)
    assert default_storage.exists(upload.file.name) and Upload.objects.exists()


def test_what_was_deleted_is_blank_and_stays_so(zelda):
    opened = topic(author=zelda, title="My secret trip")
    post = reply(topic(), author=zelda, source="A secret I took back")
    kept = reply(topic(), author=zelda, source="What everybody read")
    ben = permit(member("ben"), "profiling:onsite")
    reply(opened, author=ben, source="The roof rack, @otto?")
    reply(opened, author=zelda, source="@ben")
    drain()
    services.delete_post(actor=zelda, post=post, now=now())
    services.delete_post(actor=zelda, post=first_post(opened), now=now())
    erase_member(member=zelda, now=now())
    drain()
    assert naming("secret", "took back") == []
    assert Post.objects.get(pk=kept.pk).source == "What everybody read"
    for gone in (post, first_post(opened)):
        with pytest.raises(Gone):
            services.restore_post(actor=staff(Role.MODERATOR, f"keeper{gone.pk}"), post=gone, now=now())
    assert Post.objects.get(pk=post.pk).deleted_at


def test_what_is_deleted_after_its_author_was_erased_is_blank_too(zelda):
    opened = topic(author=zelda, title="My secret trip")
    post = reply(topic(), author=zelda, source="A secret that gives me away")
    ben = permit(member("ben"), "profiling:onsite")
    reply(opened, author=ben, source="The roof rack")
    keeper = staff(Role.MODERATOR)
    services.edit_post(editor=keeper, post=post, source="A secret, put milder", now=now())
    drain()
    erase_member(member=zelda, now=now())
    services.edit_post(editor=keeper, post=post, source="A smaller secret", now=now())
    drain()
    assert naming("secret") != []
    services.delete_post(actor=keeper, post=post, now=now())
    services.delete_post(actor=keeper, post=first_post(opened), now=now())
    drain()
    assert naming("secret") == []
    with pytest.raises(Gone):
        services.restore_post(actor=keeper, post=post, now=now())


def test_a_quotation_does_not_carry_the_names_of_earlier_quotations(client, zelda):
    opened = topic(author=zelda)
    quoted = f"> [{SHOWN}](/posts/{first_post(opened).pk}/)\n>\n> Which one?\n\nThe steel one."
    post = reply(opened, author=member("ben", name="Ben"), source=quoted)
    client.force_login(member("ida"))
    client.post(reverse("forums:reply", args=[opened.pk]), {"source": "Indeed", "quote": post.pk})
    said = Post.objects.order_by("pk").last()
    assert said.source == f"> [Ben](/posts/{post.pk}/)\n>\n> The steel one.\n\nIndeed"


TABLE = "content_id,content,author,date\n1,First of all,Zelda Fitzquark,2024-01-01\n2,Mine,Ben,2024-01-01\n"
MORE = TABLE + "3,Another one,Zelda Fitzquark,2024-02-01\n4,Yours,Ben,2024-02-01\n"
ALONE = "content_id,content\nfitzquark,Nobody knows\n"


@pytest.mark.parametrize("rotated", [False, True], ids=["same key", "another key"])
def test_no_import_writes_for_somebody_who_was_erased(tmp_path, capsys, settings, rotated):
    path = tmp_path / "comments.csv"

    def load(text, slug="talk"):
        path.write_text(text, encoding="utf-8")
        call_command("import_comments", str(path), board=slug)

    load(TABLE)
    load(ALONE, "alone")
    for name in ("Zelda-Fitzquark", "fitzquark"):
        erase_member(member=Member.objects.get(username=name), now=now())
    drain()
    assert naming("fitzquark") == []
    if rotated:
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    load(MORE)
    load(ALONE + "fitzquark,Nobody knows it\n", "alone")
    said = capsys.readouterr().out
    assert "1 comments are of people who were erased here: left out." in said
    assert sorted(Topic.objects.values_list("title", flat=True)) == ["First of all", "Mine", "Nobody knows", "Yours"]
    assert naming("fitzquark") == []
    load(MORE, "elsewhere")  # an author is one person in every table
    assert naming("fitzquark") == []
    assert Imported.objects.filter(kind="Authors", external_id__startswith="erased:").count() == 2


def test_the_file_says_which_posts_name_somebody_and_where_an_account_came_from(zelda):
    from crm_bridge.mirror.explain import document

    post = reply(topic(), source=f"@{NAME} knows")
    Imported.objects.create(source="comments:talk", kind="Authors", external_id=SHOWN, local_id=zelda.pk)
    file = document(zelda)
    assert file["named_in"] == [post.pk]
    assert list(file["imported_from"]) == [{"source": "comments:talk", "external_id": SHOWN}]


def test_names_in_the_brands_own_questions_go_too(zelda, client):
    ben = permit(member("ben"), "profiling:onsite", "product_news:email")
    change_space(member=ben, name="Ben", about=f"A friend of {NAME}", language="en", now=now())
    grant(member_id=zelda.pk, purpose="product_news", channel="email", text_version=VERSION, source="t", now=now())
    drain()
    client.force_login(staff(Role.MARKETER, "viktor"))
    assert client.get(reverse("crm:people"), {"q": NAME}).status_code == 200
    client.post(reverse("crm:save_segment"), {"q": f'"{SHOWN.lower()}"', "name": f"Like {SHOWN}"})
    assert "crm_bridge.AudienceQuestion" in naming(NAME) and "crm_bridge.AccessEntry" in naming(NAME)
    erase_member(member=zelda, now=now())
    # What ben says of himself is his.
    assert naming(NAME, SHOWN) == ["community_kernel.OutboxEvent", "community_members.Member"]
    assert Notification.objects.count() == 0


def test_posts_of_the_erased_are_not_told_apart_by_their_colours(client, zelda):
    place, others = board(), [member(), member()]
    found = topic(author=zelda, where=place)
    for author in [*others, zelda]:
        reply(found, author=author)
    for person in (zelda, others[0]):
        erase_member(member=person, now=now())
    html = client.get(found.get_absolute_url()).content.decode()
    kept = f"lv-{others[1].pk * 7 % LIVERIES + 1}"
    assert LIVERY.findall(html.partition('id="posts"')[2]) == ["lv-none", "lv-none", kept, "lv-none"]
    assert LIVERY.findall(client.get(place.get_absolute_url()).content.decode()) == ["lv-none"]
