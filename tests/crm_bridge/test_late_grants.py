"""A yes that is dated back reaches what was handled before it was said, in whatever order things come."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from clubs.api import ensure_club, join_club
from community.consent.api import grant, history, permits_of, profiling_since, withdraw
from community.kernel.api import now
from community.members.api import Member, declare_keywords
from crm_bridge.models import ActiveDay, Belonging, InterestControl, Profile, Signal, TermSighting
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.api import delete_post, edit_post, ensure_board, open_topic, write_post
from tests.people import THEN, member
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

TABLE = """content_id,content,date
a1,动力不错，加速快,2018-05-01
b2,行李架有点吵,2018-06-01
b2x,露营很好,2018-06-02
"""
TWO = {
    2017: "author,content,date\nAnn,动力不错,2017-05-01\nAnn,行李架有点吵,2017-06-01\n",
    2018: "author,content,date\nAnn,露营很好,2018-05-01\n",
}
# An interest as stored, without its weight: that fades between two looks.
STORED = ("keyword", "told", "muted", "reasons")


def learnt():
    """All that is known of everybody, without what differs from one moment to the next."""
    signals = Signal.objects.order_by("member_id", "source", "source_id", "keyword")
    profiles = Profile.objects.order_by("member_id")
    return (
        list(signals.values_list("member_id", "keyword", "source", "source_id", "title", "count", "at", "event_id")),
        list(ActiveDay.objects.order_by("member_id", "day").values_list("member_id", "day", "acts", "last_at")),
        list(Belonging.objects.order_by("member_id", "club").values_list("member_id", "club")),
        list(TermSighting.objects.order_by("member_id", "term", "source").values_list("member_id", "term", "count")),
        list(InterestControl.objects.order_by("member_id", "keyword").values_list("member_id", "keyword", "muted")),
        [
            (p.member_id, p.acts, p.active_days, p.stage, [[i[key] for key in STORED] for i in p.interests])
            for p in profiles
        ],
    )


def as_rebuilt():
    """What is known, and that it is what a rebuild gives."""
    found = learnt()
    list(rebuild_profiles(now=now()))
    assert learnt() == found
    return found


def yes(person, *, at):
    grant(member_id=person.pk, purpose="profiling", channel="onsite", text_version="1", source="test", now=at)


@pytest.fixture
def board():
    load_words()
    return ensure_board(slug="touring", title_en="Touring", title_zh="旅行")


def test_grants_of_a_second_import_give_what_they_give_at_once(tmp_path):
    load_words()
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    path = str(tmp_path / "table.csv")
    call_command("import_comments", path, board="talk")
    drain()
    assert not Signal.objects.exists()
    call_command("import_comments", path, board="talk", grant_all_for_demo=True)
    drain()
    assert set(Signal.objects.values_list("keyword", flat=True)) == {"power", "roof-rack", "camping"}
    as_rebuilt()
    active = ActiveDay.objects.values_list("member_id", flat=True)
    assert sorted(active) == sorted(Member.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("drained", [True, False], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("years", [(2017, 2018), (2018, 2017)])
def test_two_tables_teach_the_same_in_either_order(tmp_path, years, drained):
    load_words()
    for year in years:
        (tmp_path / f"{year}.csv").write_text(TWO[year], encoding="utf-8")
        call_command("import_comments", str(tmp_path / f"{year}.csv"), board="talk", grant_all_for_demo=True)
        if drained:
            drain()
    drain()
    ann = Member.objects.get()
    assert profiling_since(ann.pk) == datetime(2017, 5, 1, tzinfo=UTC)
    signals, days, *_rest = as_rebuilt()
    assert {row[1] for row in signals} == {"power", "roof-rack", "camping"}
    assert [day.year for _who, day, _acts, _last in days] == [2017, 2017, 2018]
    before = learnt(), list(history(ann.pk))
    for year in years:
        call_command("import_comments", str(tmp_path / f"{year}.csv"), board="talk", grant_all_for_demo=True)
    drain()
    assert (learnt(), list(history(ann.pk))) == before


@pytest.mark.parametrize("say", ["yes", "no"])
def test_a_second_table_changes_nothing_for_somebody_who_said_something_themself(tmp_path, say):
    load_words()
    for year in (2018, 2017):
        (tmp_path / "table.csv").write_text(TWO[year], encoding="utf-8")
        call_command("import_comments", str(tmp_path / "table.csv"), board="talk", grant_all_for_demo=True)
        drain()
        ann = Member.objects.get()
        if year == 2018:
            said = {"member_id": ann.pk, "purpose": "offers", "channel": "email", "source": "mirror", "now": now()}
            withdraw(**said)
            if say == "yes":
                grant(**said, text_version="1")
            before = learnt(), list(history(ann.pk)), permits_of(ann.pk)
    assert profiling_since(ann.pk).year == 2018
    assert (learnt(), list(history(ann.pk)), permits_of(ann.pk)) == before


def test_a_yes_dated_back_counts_what_came_after_it_and_nothing_before(board):
    ada = member("ada")
    club = ensure_club(slug="circle", title_en="Camping", title_zh="露营", keywords=["camping"], now=THEN)
    join_club(member=ada, club=club, now=THEN)
    open_topic(author=ada, board=board, title="Winter tyre", source="Which?", now=THEN + timedelta(days=1))
    topic = open_topic(author=ada, board=board, title="Roof rack", source="Which?", now=THEN + timedelta(days=5))
    edited = write_post(author=ada, topic=topic, source="Power", now=THEN + timedelta(days=5))
    gone = write_post(author=ada, topic=topic, source="Winter tyre", now=THEN + timedelta(days=6))
    edit_post(editor=ada, post=edited, source="Acceleration, power", now=THEN + timedelta(days=7))
    delete_post(actor=ada, post=gone, now=THEN + timedelta(days=7))
    drain()
    yes(ada, at=THEN + timedelta(days=3))
    open_topic(author=ada, board=board, title="Camping", source="Where?", now=now())
    drain()
    signals, *_rest = as_rebuilt()
    assert {(keyword, source, at) for _who, keyword, source, _id, _title, _count, at, _event in signals} >= {
        ("camping", "club", THEN + timedelta(days=3)),
        ("roof-rack", "topic", THEN + timedelta(days=5)),
        ("power", "post", THEN + timedelta(days=5)),
    }
    assert {row[1] for row in signals} == {"camping", "roof-rack", "power"}


def test_facts_and_a_yes_dated_back_may_come_in_one_batch(board):
    ada = member("ada")
    open_topic(author=ada, board=board, title="Roof rack", source="Which?", now=THEN + timedelta(days=5))
    declare_keywords(member=ada, keywords=["露营", "jerry can"], now=THEN + timedelta(days=6))
    yes(ada, at=THEN)
    drain()
    signals, days, *_rest = as_rebuilt()
    assert {row[1] for row in signals} == {"roof-rack", "camping"}
    assert [acts for _who, _day, acts, _last in days] == [1]
    assert TermSighting.objects.get().count == 1


def test_a_second_yes_dated_back_does_not_bring_back_what_a_no_deleted(board):
    ada = member("ada")
    yes(ada, at=THEN)
    open_topic(author=ada, board=board, title="Roof rack", source="Which?", now=THEN + timedelta(days=5))
    drain()
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=THEN + timedelta(days=6))
    open_topic(author=ada, board=board, title="Camping", source="Where?", now=THEN + timedelta(days=7))
    drain()
    yes(ada, at=THEN + timedelta(days=6, hours=1))
    drain()
    assert {row[1] for row in as_rebuilt()[0]} == {"camping"}


def test_a_club_counts_from_the_yes_and_is_shown_with_the_day_it_was_joined(board):
    ada = member("ada")
    club = ensure_club(slug="circle", title_en="Camping", title_zh="露营", keywords=["camping"], now=THEN)
    join_club(member=ada, club=club, now=THEN)
    drain()
    yes(ada, at=THEN + timedelta(days=30))
    drain()
    assert Signal.objects.get().at == THEN + timedelta(days=30)
    (interest,) = interests_of(profile_of(ada.pk))
    assert [reason.at for reason in interest.reasons] == [THEN]
    as_rebuilt()
