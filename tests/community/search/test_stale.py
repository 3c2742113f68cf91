"""Documents that say what is no longer so: a check finds them, a repair has them written, time alone makes none."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from community.consent.api import pause
from community.consent.models import Permission
from community.consent.services import end_pauses
from community.kernel.api import now
from community.kernel.relay import Relay
from community.members.api import Role
from community.members.erasure import erase_member
from community.members.models import Member
from community.members.services import CarEntry, change_space, choose_language, declare_keywords, set_garage
from community.search import drift as checks
from community.search import registry
from community.search.api import search_content
from community.search.drift import drift, repair
from community.search.models import Mark
from community.search.port import Doc, Field, Query, Schema
from community.search.registry import Index, engine_of, register_index
from community.search.services import flush, mark, rebuild
from crm_bridge.audience.document import load
from forums.api import write_post
from forums.models import Topic
from forums.services.answers import react
from forums.services.boards import change_board
from forums.services.posts import edit_post
from forums.services.removal import delete_post
from tests.forums.places import first_post, reply, topic
from tests.people import member, permit, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db

SCHEMA = Schema(
    "things",
    {
        "words": Field("tokens"),
        "tag": Field("keyword"),
        "size": Field("number"),
        "at": Field("date"),
        "likes": Field("weights"),
    },
)
AT = now()
VALUES = {"words": ["roof", "rack"], "tag": ["x", "y"], "size": 1, "at": AT, "likes": {"bike": 1.0, "ski": 2.0}}
OTHERS = {
    "words": ["roof", "rack", "rack"],
    "tag": ["x"],
    "size": 1.5,
    "at": AT + timedelta(milliseconds=2),
    "likes": {"bike": 1.0, "ski": 2.1},
}
NONE = ([], [], [])


@pytest.fixture
def things(monkeypatch):
    """The database, so to speak: id to values. One thing is in the index as it is."""
    rows = {"a": dict(VALUES)}
    monkeypatch.setattr(registry, "_INDEXES", {})
    monkeypatch.setattr(registry, "_ENGINES", {})
    load_rows = lambda ids: [(one, dict(rows[one])) for one in ids if one in rows]  # noqa: E731 - of one fixture
    register_index(Index("things", SCHEMA, load_rows, lambda: iter(sorted(rows))))
    mark("things", ["a"])
    flush()
    assert drift("things") == NONE
    return rows


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(checks, "DELIVERY_SECONDS", 0.0)


def said(*words, **options):
    out = StringIO()
    call_command("search", *words, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("gone", [False, True])
def test_a_document_is_out_of_date_whichever_field_says_something_else(things, name, gone):
    things["a"][name] = None if gone else OTHERS[name]
    assert drift("things") == ([], [], ["a"])
    assert repair("things", ["a"]) == flush() == 1
    assert drift("things") == NONE


def test_the_order_of_words_and_values_is_nothing_an_engine_keeps(things):
    likes = {"ski": 2.0, "bike": 1.0}
    things["a"] = {"likes": likes, "tag": ("y", "x"), "words": ["rack", "roof"], "size": 1.0, "at": AT}
    assert drift("things") == NONE


def test_what_a_repair_writes_is_newer_and_no_late_writer_undoes_it(things):
    [before] = engine_of("things").held()
    things["a"]["size"] = 7
    repair("things", drift("things").ids)
    flush()
    engine_of("things").refresh()
    [after] = engine_of("things").held()
    assert after.version > before.version
    assert engine_of("things").put([Doc("a", before.version, VALUES)]).stale == 1
    engine_of("things").refresh()
    assert list(engine_of("things").held()) == [after]


@pytest.mark.parametrize("delivered", [True, False])
def test_what_is_changed_during_a_check_is_not_out_of_date(things, delivered):
    things["wrong"] = {"size": 1}
    mark("things", ["wrong"])
    flush()
    things["wrong"] = {"size": 2}

    def meanwhile(found, what):
        found = list(found)
        if what == "things, in the index":
            things["a"]["size"] = 7
            mark("things", ["a"])
            if delivered:
                flush()
        return found

    assert drift("things", progress=meanwhile) == ([], [], ["wrong"])


def test_what_was_written_between_two_looks_is_not_out_of_date_even_where_it_reads_as_before(things, monkeypatch):
    """It was changed, back and changed again, and the last change is told by a fact that is not delivered."""
    things["a"]["size"] = 7

    def meanwhile():
        things["a"]["size"] = 1
        mark("things", ["a"])
        flush()
        things["a"]["size"] = 7

    monkeypatch.setattr(checks, "_wait_for_facts", meanwhile)
    assert drift("things") == NONE
    monkeypatch.setattr(checks, "_wait_for_facts", lambda: None)
    assert drift("things") == ([], [], ["a"])


def test_a_document_that_is_refused_as_it_stands_is_not_called_out_of_date(things):
    things["bad"] = {"size": float("nan")}
    assert drift("things") == NONE


def test_an_index_without_digests_has_another_name():
    """That of the version before digests is left alone, and one with digests made and filled beside it."""
    assert SCHEMA.mark != "b588be11"


# The site


@pytest.fixture
def site(engine):
    """A member who may be written to, and a topic of theirs: both in both indexes, as they are."""
    author = permit(member("ada"), "product_news:email")
    opened = topic(author=author, title="Roof racks")
    drain()
    assert [drift(name) for name in ("content", "audience")] == [NONE, NONE]
    return author, opened


def test_a_member_who_was_changed_behind_the_services_back(site):
    author, _opened = site
    Member.objects.filter(pk=author.pk).update(about="I sell caravans")
    assert drift("content") == ([], [], [f"member:{author.pk}"])
    assert drift("audience") == ([], [], [str(author.pk)])
    for index in ("content", "audience"):
        with pytest.raises(CommandError, match=r"^The index has drifted from the database; --repair mends it\.$"):
            said("check", index)
    assert said("check", repair=True) == (
        "content: 0 missing, 0 too many, 1 out of date\ncontent: 1 will be written again by the relay\n"
        "audience: 0 missing, 0 too many, 1 out of date\naudience: 1 will be written again by the relay\n"
    )
    drain()
    assert [drift(name) for name in ("content", "audience")] == [NONE, NONE]
    assert search_content("caravans", viewer=author).total == 1


def test_a_topic_that_was_changed_behind_the_services_back(site):
    author, opened = site
    Topic.objects.filter(pk=opened.pk).update(title="Tow bars")
    assert (drift("content"), drift("audience")) == (([], [], [f"topic:{opened.pk}"]), NONE)
    repair("content", drift("content").ids)
    drain()
    assert drift("content") == NONE
    assert search_content("tow bars", viewer=author).total == 1


def test_a_permit_that_the_index_alone_has(site):
    author, _opened = site
    Permission.objects.filter(member_id=author.pk).delete()
    assert drift("audience") == ([], [], [str(author.pk)])
    repair("audience", [author.pk])
    drain()
    assert engine_of("audience").search(Query(must={"permits": ("product_news:email",)})).total == 0


def members_only(board):
    says = {name: getattr(board, name) for name in ("title_en", "title_zh", "about_en", "about_zh", "position")}
    change_board(board=board, actor=staff(Role.BRAND_MANAGER), readers="member", **says, now=now())


def test_what_members_do_leaves_nothing_out_of_date(site):
    """Each act once all of before is written: what it changes in other documents is written too."""
    author, opened = site
    fan, first = member("bea"), first_post(opened)
    answer = reply(opened, author=fan, source="The steel one.")
    for act in (
        lambda: reply(opened, author=author, source="And for skis?"),
        lambda: react(member=fan, post=first, kind="useful", now=now()),
        lambda: react(member=author, post=answer, kind="useful", now=now()),
        lambda: react(member=author, post=answer, kind="useful", on=False, now=now()),
        lambda: choose_language(member=fan, language="zh-hans"),
        lambda: change_space(member=author, name="Ada", about="I ski", language="zh-hans", now=now()),
        lambda: declare_keywords(member=author, keywords=["skis"], now=now()),
        lambda: set_garage(member=author, cars=[CarEntry("Bosch", "Carrier", 2020)], now=now()),
        lambda: edit_post(editor=author, post=first, source="Which one?", title="Tow bars", tags=["tow"], now=now()),
        lambda: members_only(opened.board),
        lambda: react(member=author, post=answer, kind="useful", now=now()),
        lambda: erase_member(member=author, now=now()),
        lambda: delete_post(actor=fan, post=answer, now=now()),
    ):
        drain()
        act()
        drain()
        assert [drift(name) for name in ("content", "audience")] == [NONE, NONE]


def test_what_facts_that_wait_will_change_is_told_to_be_late(site, impatient):
    author, opened = site
    write_post(author=author, topic=opened, source="Which?", now=now())
    flush()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("search", "check", "content", stdout=out)
    assert out.getvalue() == (
        "content: 0 missing, 0 too many, 1 out of date\n"
        "1 facts wait to be delivered: what they change may only be late.\n"
    )
    drain()
    assert drift("content") == NONE


def test_a_check_waits_for_the_facts_that_were_published_before_its_second_look(site, monkeypatch):
    author, opened = site
    write_post(author=author, topic=opened, source="Which?", now=now())
    flush()
    looks = []
    monkeypatch.setattr(checks.time, "sleep", lambda seconds: looks.append(seconds) or drain())
    assert (drift("content"), looks) == (NONE, [checks.LOOK_SECONDS])


def test_nothing_is_out_of_date_because_time_passes(site, monkeypatch):
    author, _opened = site
    pause(member_id=author.pk, until=now() + timedelta(days=1), now=now())
    drain()
    values = dict(load([str(author.pk)]))
    later = now() + timedelta(days=400)
    for module in ("community.kernel.clock", "crm_bridge.audience.document", "crm_bridge.profiles.projector"):
        monkeypatch.setattr(f"{module}.now", lambda: later, raising=False)
    assert dict(load([str(author.pk)])) == values
    assert (drift("content"), drift("audience")) == (NONE, NONE)
    end_pauses(now=later)
    assert dict(load([str(author.pk)])) != values


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_site_in_use_has_nothing_out_of_date(site):
    """Somebody answers, likes and no longer likes, all the time, and a relay delivers, while checks are made."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one connection")
    author, opened = site
    fan, relay, end = member("bea"), Relay(idle_seconds=0.01), threading.Event()
    first = first_post(opened)

    def use():
        while not end.is_set():
            react(member=fan, post=first, kind="useful", now=now())
            write_post(author=author, topic=opened, source="And which for skis?", now=now())
            react(member=fan, post=first, kind="useful", on=False, now=now())

    def closing(act):
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=closing, args=(act,)) for act in (use, relay.run)]
    for thread in threads:
        thread.start()
    try:
        found = [drift(name) for _ in range(10) for name in ("content", "audience")]
    finally:
        end.set()
        relay.stop()
        for thread in threads:
            thread.join(60)
    assert found == [NONE] * 20
    drain()
    rebuild("content")
    assert (drift("content"), Mark.objects.exists()) == (NONE, False)
